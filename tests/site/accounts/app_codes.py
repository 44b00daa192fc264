"""An authenticator app: the codes of RFC 6238 for a secret, reckoned apart from the program."""

import base64
import hashlib
import hmac
import struct
import time


def app_code(secret: str, *, steps_ahead: int = 0) -> str:
    """The six digits that an app shows now, or so many half minutes later."""
    counter = int(time.time()) // 30 + steps_ahead
    key = base64.b32decode(secret)
    digest = hmac.digest(key, struct.pack(">Q", counter), hashlib.sha1)
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
