"""Mails of the site: whether there are any, where their links lead, and sending them."""

import logging
import threading
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.template.loader import render_to_string

log = logging.getLogger("webdial.mail")


def offers_mail(request: HttpRequest) -> bool:
    """Whether mails with links can be sent.

    Whoever may reach the site by any name could have a link made to a host of their own: then the
    address has to be told.
    """
    return settings.MAIL_SERVER is not None and bool(
        settings.SITE_ADDRESS or "*" not in settings.ALLOWED_HOSTS
    )


def absolute_url(request: HttpRequest, path: str) -> str:
    return (
        settings.SITE_ADDRESS + path if settings.SITE_ADDRESS else request.build_absolute_uri(path)
    )


def send_mail(to: str, subject: str, template: str, **context: Any) -> None:
    """Send in a thread of its own, so that the answer takes as long for those who get none."""
    text = render_to_string(f"mails/{template}.txt", context)
    message = EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [to])
    threading.Thread(target=_send, args=(message,), name="mail").start()


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except OSError:  # smtplib's errors are among them
        log.exception("a mail could not be sent")
