"""Mails of the site: whether there are any, where their links lead, and sending them."""

import logging
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connections
from django.http import HttpRequest
from django.template.loader import render_to_string

log = logging.getLogger("webdial.mail")


def offers_mail() -> bool:
    """Whether mails with links can be sent. Then the site's address is known: whoever asks does not choose it."""
    return settings.MAIL_SERVER is not None


def absolute_url(request: HttpRequest, path: str) -> str:
    return (
        settings.SITE_ADDRESS + path if settings.SITE_ADDRESS else request.build_absolute_uri(path)
    )


def send_later(act: Callable[[], None]) -> None:
    """Have `act` look up whom to write to, and send it, in a thread of its own.

    So the answer takes as long for those who get no mail.
    """
    threading.Thread(target=copy_context().run, args=(_run, act), name="mail").start()


def send_mail(to: str, subject: str, template: str, **context: Any) -> None:
    """Takes as long as the mail server likes: see `send_later`."""
    text = render_to_string(f"mails/{template}.txt", context)
    EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [to]).send()


def _run(act: Callable[[], None]) -> None:
    try:
        act()
    except Exception:  # nobody waits for this thread: what is not logged here is told to no log
        log.exception("a mail could not be sent")
    finally:
        connections.close_all()  # this thread's own
