"""Marked secrets, in all the ways in which a program could show them."""

import base64
import html
import json
from urllib.parse import quote, quote_plus

PLACES = ("credential", "site", "user", "phone", "access", "refresh", "client")


def secret_of(place: str) -> str:
    """A secret that looks different in every encoding; its ends are found in most of them."""
    beyond_ascii = (
        "é" if place in {"user", "phone", "client"} else ""
    )  # the others stand in headers
    return f"Qz{place}<&>\"'/ +{beyond_ascii}%41{place}Zq"


def _forms(secret: str) -> set[str]:
    percent = {quote(secret, safe=""), quote_plus(secret), quote(secret)}
    in_json = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    in_base64 = base64.b64encode(secret.encode()).decode()
    return {
        secret,
        html.escape(secret),
        html.escape(secret, quote=False),
        *percent,
        *(each.lower() for each in percent),
        *in_json,
        *(each.replace("/", "\\/") for each in in_json),
        in_base64,
        in_base64.replace("+", "-").replace("/", "_"),
    }


def marks() -> dict[str, set[str]]:
    """What to look for by place: the whole secret in every form, and both of its ends."""
    return {
        place: {*_forms(secret_of(place)), f"Qz{place}", f"{place}Zq", _within_base64(place)}
        for place in PLACES
    }


def _within_base64(place: str) -> str:
    """The middle of "Basic …" for a user name of three characters and this password."""
    return base64.b64encode(f"own:{secret_of(place)}".encode()).decode().rstrip("=")[8:-4]


def found_in(text: str | bytes) -> list[str]:
    """The places whose secrets stand in the text."""
    shown = text if isinstance(text, str) else text.decode("utf-8", "replace")
    lowered = shown.lower()
    return [
        place
        for place, forms in marks().items()
        if any(form in shown or form.lower() in lowered for form in forms)
    ]
