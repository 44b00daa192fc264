"""Takes secrets out of texts that come from outside: a phone system may repeat what it was sent.

It may repeat it encoded, and some of it encoded otherwise than we would: each character of a secret is
looked for in every form that URLs, JSON, XML and HTML give it.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html.entities import codepoint2name
from typing import Final
from urllib.parse import quote, quote_plus

from webdial.dialstring import MASK

LEAST: Final = 4
"""Characters of a secret, or of what is left of one, that are masked: less is found by chance."""

_MOST_FORMS: Final = 128
"""Characters of a secret that is looked for character by character. Longer ones are signed tokens and
keys, which have next to no character that is encoded."""

_CUT: Final = "…"
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.~-]+")
_BROKEN_ESCAPE: Final = re.compile(r"(?:[%&\\][^%&\\]{0,8})?")
_URL_SAFE: Final = str.maketrans("+/", "-_")


def redacted(text: str, secrets: Iterable[str]) -> str:
    """`text` without any of the secrets, however it writes them.

    Nor with the beginning of one where the text was cut in the middle of it.
    """
    secrets = [secret for secret in secrets if len(secret) >= LEAST]
    for secret in secrets:
        for form in _whole_forms(secret):
            text = text.replace(form, MASK)
        if (pattern := _pattern(secret)) is not None:
            text = pattern.sub(MASK, text)
    if text.endswith(_CUT):
        for secret in secrets:
            text = _without_cut_secret(text, secret)
    return text


def _without_cut_secret(text: str, secret: str) -> str:
    kept = text.removesuffix(_CUT)
    parts = _parts(secret[:_MOST_FORMS])
    for start in range(len(kept)):
        if parts[0].match(kept, start) and _ends_within(kept, start, parts):
            return kept[:start] + MASK + _CUT
    for form in _whole_forms(secret):
        for length in range(min(len(form), len(kept)), LEAST - 1, -1):
            if kept.endswith(form[:length]):
                return kept[:-length] + MASK + _CUT
    return text


def _ends_within(text: str, start: int, parts: tuple[re.Pattern[str], ...]) -> bool:
    """Whether the text ends in the middle of the secret that begins at `start`."""
    place = start
    for number, part in enumerate(parts):
        found = part.match(text, place)
        if found is None:
            return number >= LEAST and _BROKEN_ESCAPE.fullmatch(text, place) is not None
        place = found.end()
        if place == len(text):
            return number + 1 >= LEAST
    return False


@lru_cache(maxsize=4_096)
def _pattern(secret: str) -> re.Pattern[str] | None:
    """Every way of writing a secret that has characters which are encoded; None for others."""
    if _PLAIN.fullmatch(secret) or len(secret) > _MOST_FORMS:
        return None
    return re.compile("".join(part.pattern for part in _parts(secret)))


@lru_cache(maxsize=4_096)
def _whole_forms(secret: str) -> tuple[str, ...]:
    """A secret as it is and in base64; a long one also in the usual encodings, the longest first."""
    found = {secret}
    for form in _in_base64(secret.encode("utf-8", "replace")):
        found |= {form, form.translate(_URL_SAFE)}
    if len(secret) > _MOST_FORMS:
        in_json = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
        found |= {quote(secret, safe=""), quote_plus(secret), " ".join(secret.split())}
        found |= in_json | {each.replace("/", "\\/") for each in in_json}
    return tuple(sorted(found, key=len, reverse=True))


def _in_base64(secret: bytes) -> Iterator[str]:
    """A secret alone, and the digits that are its own wherever it stands in something longer."""
    yield base64.b64encode(secret).decode().rstrip("=")
    for before, shared in ((0, 0), (1, 2), (2, 3)):
        whole = base64.b64encode(bytes(before) + secret).decode()
        own = whole[shared : (before + len(secret)) * 4 // 3]
        if len(own) >= 2 * LEAST:
            yield own


def _parts(secret: str) -> tuple[re.Pattern[str], ...]:
    return tuple(_part(character) for character in secret)


@lru_cache(maxsize=4_096)
def _part(character: str) -> re.Pattern[str]:
    """One character as it is, or encoded once or more."""
    if _PLAIN.fullmatch(character):
        return re.compile(re.escape(character))
    code = ord(character)
    percent = "".join(f"%(?:25)*{byte:02X}" for byte in character.encode("utf-8", "replace"))
    units = character.encode("utf-16-be", "surrogatepass").hex()
    in_json = "".join(rf"\\+u{units[at : at + 4]}" for at in range(0, len(units), 4))
    names = [codepoint2name[code]] if code in codepoint2name else []
    names += ["apos"] if character == "'" else []
    names += [f"#0*{code}", f"#x0*{code:x}"]
    entity = rf"\\*&(?:amp;)*(?:{'|'.join(names)});"
    as_it_is = r"(?:[\s+]|%(?:25)*2B)" if character.isspace() else rf"\\*{re.escape(character)}"
    return re.compile(f"(?:(?i:{percent}|{in_json}|{entity})|{as_it_is})")
