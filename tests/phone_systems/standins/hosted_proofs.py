"""Hosted services that want a proof of a secret instead of the secret: IvozProvider and OVH."""

import hashlib
import re
import secrets
import time

import trustme

from tests.phone_systems.standins.base import (
    Dialled,
    Mood,
    Received,
    Reply,
    StandIn,
    check_method,
    check_path,
    expect,
    read_json,
    read_query,
    read_text,
    reply_json,
)


class IvozProvider(StandIn):
    """Click2Call: a nonce for an address of record, good for one call, and an MD5 over it.

    `passwords` are the SIP passwords by address of record.
    """

    iden = "3XbK9dQz71mTfWcE"

    def __init__(self, *, passwords: dict[str, str], authority: trustme.CA) -> None:
        super().__init__(authority=authority)
        self._passwords = passwords
        self._nonces: dict[str, str] = {}

    def forget_sessions(self) -> None:
        self._nonces.clear()

    def answer(self, request: Received) -> Reply:
        check_method(request, "POST")
        read_query(request)
        if request.path == "/challenge":
            return self._challenge(read_text(read_json(request, required=("aor",)), "aor"))
        check_path(request, "/call")
        content = read_json(request, required=("aor", "nonce", "response", "destination"))
        self.dial_requests += 1
        return self.call(**{name: read_text(content, name) for name in content})

    def _challenge(self, aor: str) -> Reply:
        if re.fullmatch(r"[^@\s]+@[^@\s]+", aor) is None:
            return reply_json({"error": "invalid aor"}, 400)
        return reply_json({"nonce": self.challenge(aor), "realm": aor.partition("@")[2]})

    def challenge(self, aor: str) -> str:
        """A nonce for one call of `aor`."""
        nonce = f"{int(time.time())}.{secrets.token_hex(8)}.{secrets.token_hex(32)}"
        self._nonces[nonce] = aor
        self.log_ins += 1
        return nonce

    def call(self, aor: str, nonce: str, response: str, destination: str) -> Reply:
        if re.fullmatch(r"[+*0-9]+", destination) is None:
            return reply_json({"error": "invalid destination"}, 400)
        if self._nonces.pop(nonce, None) != aor:
            return reply_json({"error": "invalid nonce"}, 401)
        if response != self._proof(aor, nonce, destination):
            return reply_json({"error": "forbidden"}, 403)
        if self.mood is Mood.FAILS_IN_BODY:
            return reply_json({"error": "forbidden"}, 403)
        if self.mood is Mood.FAILS_BY_STATUS:
            return reply_json({"error": "could not originate call"}, 502)
        self.calls.append(Dialled(aor, destination))
        return reply_json({"iden": self.iden})

    def _proof(self, aor: str, nonce: str, destination: str) -> str | None:
        """Nothing for an unknown address, which is answered as a wrong password is."""
        user, _, realm = aor.partition("@")
        password = self._passwords.get(aor)
        if password is None:
            return None
        return _md5(f"{_md5(f'{user}:{realm}:{password}')}:{nonce}:{_md5(destination)}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


class Ovh(StandIn):
    """The OVH API: keys in headers, and a SHA1 over secret, key, method, URL, body and time."""

    def __init__(
        self,
        *,
        app_key: str,
        app_secret: str,
        consumer_key: str,
        account: str,
        authority: trustme.CA,
    ) -> None:
        super().__init__(authority=authority)
        self._app_key, self._app_secret = app_key, app_secret
        self._consumer_key, self._account = consumer_key, account

    def answer(self, request: Received) -> Reply:
        if (denied := self._denied(request)) is not None:
            return denied
        check_method(request, "POST")
        read_query(request)
        pattern = rf"/1\.0/telephony/{re.escape(self._account)}/line/(00[0-9]+)/click2Call"
        match = re.fullmatch(pattern, request.path)
        expect(match is not None, f"path {request.path}")
        assert match is not None
        optional = ("callingNumber", "intercom")
        content = read_json(request, required=("calledNumber",), optional=optional)
        self.dial_requests += 1
        if self.mood is Mood.FAILS_BY_STATUS:
            return reply_json({"message": "Internal server error"}, 500)
        if self.mood is Mood.FAILS_IN_BODY:
            return reply_json({"message": "Your line is not registered"}, 400)
        number = read_text(content, "calledNumber")
        expect(number.startswith("00") and number.isdigit(), f"calledNumber {number}")
        self.calls.append(Dialled(match[1], number))
        return reply_json(None)

    def _denied(self, request: Received) -> Reply | None:
        headers = request.headers
        if headers.get("X-Ovh-Application") != self._app_key:
            return _ovh_error("INVALID_KEY", "This application key is invalid")
        if headers.get("X-Ovh-Consumer") != self._consumer_key:
            return _ovh_error("INVALID_CREDENTIAL", "This credential is not valid")
        sent_at = headers.get("X-Ovh-Timestamp", "")
        expect(sent_at.isdigit(), f"X-Ovh-Timestamp {sent_at!r}")
        expect(abs(time.time() - int(sent_at)) < 60, f"the time {sent_at} is not now")
        if headers.get("X-Ovh-Signature") != self._signature(request, sent_at):
            return _ovh_error("INVALID_SIGNATURE", "Invalid signature")
        return None

    def _signature(self, request: Received, sent_at: str) -> str:
        url = f"{self.scheme}://{self.address}{request.target}"
        parts = (self._app_secret, self._consumer_key, request.method, url, request.body.decode())
        return "$1$" + hashlib.sha1("+".join((*parts, sent_at)).encode()).hexdigest()


def _ovh_error(code: str, message: str) -> Reply:
    return reply_json({"errorCode": code, "message": message}, 403)
