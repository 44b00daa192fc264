"""The certificate that a phone system shows now, to be compared before it is pinned.

It is fetched without trusting it, and nothing is sent over that connection. Whoever pins it should
compare it with what the phone system itself shows.
"""

import asyncio
import hashlib
import ssl
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from cryptography import x509
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from webdial.dialstring import HttpRequest
from webdial.errors import NotFoundError, WebdialError
from webdial.exchange.configuration import Configuration
from webdial.exchange.guarded_connections import connect_plainly
from webdial.exchange.named_hosts import policy_of
from webdial.exchange.network_policy import NetworkPolicy
from webdial.exchange.resolving import Resolver, show_nothing
from webdial.exchange.trials import dry_run
from webdial.language import translate
from webdial.numbers import clean_number
from webdial.site.domain.phone_systems import pin_certificate
from webdial.site.domain.rights import Subject
from webdial.site.models import CertificateRule
from webdial.site.pages.exchange_access import exchange_of
from webdial.site.pages.maintenance.form_answer import render_form
from webdial.site.pages.maintenance.phone_systems import find_setup
from webdial.site.pages.maintenance.preview import SAMPLE_NUMBER
from webdial.site.pages.requests import PageRequest
from webdial.site.pages.rights import wants
from webdial.site.pages.shown_errors import ShownError, show_error

_TIMEOUT_S: Final = 5.0

Server = tuple[str, int]


@dataclass(frozen=True, slots=True)
class ShownCertificate:
    """What a certificate says of itself; `fingerprint` is SHA-256 in hexadecimal."""

    fingerprint: str
    subject: str = ""
    issuer: str = ""
    valid_until: str = ""

    @property
    def in_pairs(self) -> str:
        """As browsers and openssl show it."""
        return ":".join(self.fingerprint[at : at + 2] for at in range(0, 64, 2)).upper()


@wants(Subject.PHONE_SYSTEMS)
@require_http_methods(["GET", "HEAD", "POST"])
async def compare_certificate(request: PageRequest, setup_id: int) -> HttpResponse:
    """Says where it would look; `act=fetch` looks, `act=pin` keeps the fingerprint that was compared."""
    setup = await sync_to_async(find_setup)(setup_id)
    act = request.POST.get("act", "")
    error, found, server = None, None, None
    try:
        server = server_of(exchange_of(request).configuration, setup.pk, request.user.pk)
        if act == "fetch":
            policy = policy_of(exchange_of(request).configuration)
            found = await asyncio.to_thread(fetch_certificate, server, policy)
        elif act == "pin":
            fingerprint = request.POST.get("fingerprint", "")
            await sync_to_async(pin_certificate)(setup, fingerprint)
            await sync_to_async(messages.success)(request, translate("The certificate was pinned."))
            return redirect("maintenance:edit-phone-system", setup.pk)
    except WebdialError as fault:
        error = show_error(fault)
    except (OSError, ValueError) as fault:  # ssl.SSLError is an OSError
        error = ShownError(translate("No certificate could be fetched."), _reason(fault))
    is_pinned = setup.certificate == CertificateRule.PINNED
    context = {
        "setup": setup,
        "server": server,
        "found": found,
        "is_pinned": is_pinned,
        "is_same": is_pinned and found is not None and found.fingerprint == setup.certificate_text,
    }
    template = "maintenance/phone_systems/certificate.html"
    if request.method != "POST":  # nothing was asked for that could be refused
        return await sync_to_async(render)(request, template, {**context, "error": error})
    return await sync_to_async(render_form)(request, template, context, error)


def server_of(configuration: Configuration, setup_id: int, user_id: int) -> Server:
    """Host and port that the first https request of a call would go to.

    Raises WebdialError when a field for it is missing, or no request is https.
    """
    setup = configuration.setup_by_id(setup_id)
    if setup is not None and setup.system is not None:
        caller = configuration.caller(user_id)
        resolver = Resolver(configuration, caller, clean_number(SAMPLE_NUMBER), show_nothing)
        call = resolver.for_system(setup)
        for step in dry_run(call, unknown=frozenset({"extension"})):
            address = urlsplit(step.plan.url)
            if isinstance(step.plan, HttpRequest) and address.scheme == "https":
                return address.hostname or "", address.port or 443
    raise NotFoundError(
        translate("No request of this phone system is https, so there is no certificate.")
    )


def fetch_certificate(server: Server, policy: NetworkPolicy) -> ShownCertificate:
    """Raises OSError when the server is away or speaks no TLS, ValueError for no certificate.

    AddressNotAllowedError when the network policy forbids it.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        connect_plainly(policy, *server, _TIMEOUT_S) as plain,
        context.wrap_socket(plain, server_hostname=server[0]) as connection,
    ):
        content = connection.getpeercert(binary_form=True) or b""
    fingerprint = hashlib.sha256(content).hexdigest()
    certificate = x509.load_der_x509_certificate(content)
    return ShownCertificate(
        fingerprint,
        certificate.subject.rfc4514_string(),
        certificate.issuer.rfc4514_string(),
        f"{certificate.not_valid_after_utc:%d %B %Y}",
    )


def _reason(fault: Exception) -> str:
    return f"{fault.strerror or fault}"[:200] if isinstance(fault, OSError) else ""
