"""The functions of dial strings: a fixed list, each from text to text.

Hashes are lower-case hexadecimal; base64 and base64url take the bytes of a hash that stands alone
in them. Tokens are signed by PyJWT (RFC 7515, RFC 7519).
"""

import base64
import hashlib
import hmac
import json
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

from webdial.dialstring.encoding import Place, encode_value
from webdial.language import translatable

_HASHES = ("md5", "sha1", "sha256", "sha512")
SCALAR_ERROR: Final = translatable("is not a JSON number, true, false or null")


class FunctionMisfitError(ValueError):
    """A value that a function cannot take; the text goes on from "it"."""


@dataclass(frozen=True, slots=True)
class Function:
    """`arguments` texts, parted by `|`; `has_claims` when claims follow them."""

    help: str
    arguments: int = 1
    has_claims: bool = False


FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    {
        **{name: Function(f"{name.upper()} of the text, in hexadecimal") for name in _HASHES},
        **{
            f"hmac_{name}": Function(f"HMAC-{name.upper()} with a key of a text", 2)
            for name in _HASHES
        },
        "hex": Function("bytes of the text, in hexadecimal"),
        "base64": Function("text in base64 (RFC 4648 section 4)"),
        "base64url": Function("text in base64url without padding (RFC 4648 section 5)"),
        "url": Function("text, percent-encoded"),
        "xml": Function("text, escaped for XML"),
        "json": Function("text, escaped for a JSON string"),
        "lower": Function("text in small letters"),
        "upper": Function("text in capitals"),
        "sorted_query": Function("parameters a=b&c=d, sorted by name"),
        "jwt_hs256": Function("JSON Web Token, signed with a shared secret", has_claims=True),
        "jwt_rs256": Function("JSON Web Token, signed with a private key", has_claims=True),
        "unix_time": Function("seconds since 1970, moved by +300 or -60"),
    }
)
"""docs/reference/dial-strings.md is checked against them."""


def is_hash(name: str) -> bool:
    return name in _HASHES or name.startswith("hmac_")


def digest(name: str, arguments: list[str]) -> bytes:
    """The bytes of a hash or an HMAC."""
    if name.startswith("hmac_"):
        key, text = arguments
        return hmac.digest(key.encode(), text.encode(), name.removeprefix("hmac_"))
    return hashlib.new(name, arguments[0].encode(), usedforsecurity=False).digest()


def in_base64(name: str, data: bytes) -> str:
    if name == "base64":
        return base64.b64encode(data).decode("ascii")
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def call(name: str, arguments: list[str]) -> str:
    """What the function makes of its texts. Not for tokens (`sign`) and unix_time."""
    if is_hash(name):
        return digest(name, arguments).hex()
    if name in {"base64", "base64url"}:
        return in_base64(name, arguments[0].encode())
    return _SIMPLE[name](arguments[0])


def sign(name: str, key: str, claims: dict[str, Any]) -> str:
    """A signed token. Raises FunctionMisfitError when the key is none."""
    # Few dial strings sign tokens, and the library takes 75 ms to load.
    import jwt  # noqa: PLC0415
    from jwt.warnings import InsecureKeyLengthWarning  # noqa: PLC0415

    algorithm = name.removeprefix("jwt_").upper()
    try:
        with warnings.catch_warnings():
            # How long a shared secret is, is the phone system's choice.
            warnings.simplefilter("ignore", InsecureKeyLengthWarning)
            return jwt.encode(claims, key, algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        if algorithm == "RS256":
            why = translatable("holds no key that can sign: a private RSA key in PEM is needed")
        else:
            why = translatable("holds no key that can sign: a key is needed")
        raise FunctionMisfitError(why) from error


def scalar(text: str) -> Any:
    """The JSON number, true, false or null that `text` is. Raises FunctionMisfitError."""
    try:
        value = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise FunctionMisfitError(SCALAR_ERROR) from error
    if isinstance(value, str | list | dict):
        raise FunctionMisfitError(SCALAR_ERROR)
    return value


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def _sorted_query(text: str) -> str:
    pairs = [pair for pair in text.split("&") if pair]
    return "&".join(sorted(pairs, key=lambda pair: pair.partition("=")[::2]))


_SIMPLE: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    {
        "hex": lambda text: text.encode().hex(),
        "url": lambda text: quote(text, safe=""),
        "xml": lambda text: encode_value(text, Place.XML),
        "json": lambda text: encode_value(text, Place.JSON),
        "lower": str.lower,
        "upper": str.upper,
        "sorted_query": _sorted_query,
    }
)
