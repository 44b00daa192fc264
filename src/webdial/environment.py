"""What is set from outside the program: environment variables, read once and in one place.

Everything that an administrator changes while the program runs is a general setting instead.
docs/reference/environment.md is checked against `VARIABLES`.
"""

import base64
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import platformdirs

from webdial.errors import InvalidValueError


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    default: str
    help: str


VARIABLES: Final = (
    Variable(
        "WEBDIAL_DATA",
        "the user's data folder for programs",
        "Folder that holds the database and the secret key. Back it up as a whole.",
    ),
    Variable(
        "WEBDIAL_DATABASE_URL",
        "SQLite in WEBDIAL_DATA",
        "postgresql://user:password@host:port/name to keep everything in PostgreSQL, or "
        "sqlite:///path/to/file for another file.",
    ),
    Variable(
        "WEBDIAL_SECRET_KEY",
        "made on first start, kept in WEBDIAL_DATA/secret.key",
        "Key that signs sessions. At least 32 characters.",
    ),
    Variable(
        "WEBDIAL_CREDENTIAL_KEYS",
        "made on first use, kept in WEBDIAL_DATA/credential.key",
        "Keys that seal passwords and tokens of phone systems, separated by commas. The first one seals, "
        "all of them open; `webdial credential new-key` makes one. Back it up apart from the database.",
    ),
    Variable(
        "WEBDIAL_HOSTS",
        "localhost, 127.0.0.1, [::1]",
        "Names, separated by commas, under which people reach the site. * for any.",
    ),
    Variable(
        "WEBDIAL_HTTPS",
        "no",
        "yes when people reach the site by https:// only: cookies are then never sent without it, and browsers are told "
        "to ask by https alone for a year (HSTS).",
    ),
    Variable(
        "WEBDIAL_ADDRESS",
        "the address that the page was asked for by",
        "Address by which people reach the site, such as https://dial.example. Links in mails begin with it.",
    ),
    Variable(
        "WEBDIAL_MAIL_URL",
        "none",
        "Mail server that mails are sent by: smtp://user:password@host:587 (with STARTTLS), smtps://host:465 "
        "or, for a server on this machine, smtp+plain://localhost. Without it no mail is sent and none is offered.",
    ),
    Variable(
        "WEBDIAL_MAIL_FROM",
        "webdial@ the host of WEBDIAL_ADDRESS",
        "Address that mails come from.",
    ),
    Variable(
        "WEBDIAL_SECOND_FACTOR",
        "optional",
        "Who must have a second factor: optional (nobody), administrators (function authors as well, since they too "
        "decide where requests go) or everybody.",
    ),
    Variable(
        "WEBDIAL_OIDC_ISSUER",
        "none",
        "Issuer of the company's OpenID Connect provider, such as https://id.example. With it and a client id, "
        "people may sign in there.",
    ),
    Variable(
        "WEBDIAL_OIDC_CLIENT_ID",
        "none",
        "Client id that the provider gave this site.",
    ),
    Variable(
        "WEBDIAL_OIDC_CLIENT_SECRET",
        "none",
        "Client secret that the provider gave this site; none for a public client.",
    ),
    Variable(
        "WEBDIAL_OIDC_NAME",
        "the host of WEBDIAL_OIDC_ISSUER",
        "What the button says: Sign in with NAME.",
    ),
    Variable(
        "WEBDIAL_OIDC_MATCH",
        "verified-mail",
        "How somebody who signs in there the first time is found among the users: verified-mail, mail (when the "
        "provider verifies but does not say so) or username.",
    ),
    Variable(
        "WEBDIAL_OIDC_NEW_USERS",
        "no",
        "yes to add who is not found as a new user: a caller without a branch.",
    ),
    Variable(
        "FORWARDED_ALLOW_IPS",
        "127.0.0.1",
        "Addresses or networks of reverse proxies, separated by commas, whose X-Forwarded-Proto and X-Forwarded-For are "
        "then believed. Read by uvicorn.",
    ),
    Variable(
        "WEBDIAL_METRICS_TOKEN",
        "none: no metrics",
        "Token with which Prometheus reads /metrics. Without it there is nothing at that address.",
    ),
    Variable(
        "WEBDIAL_LOG_FORMAT",
        "text",
        "How the log is written: text, or json for one JSON object a line and a line for each call.",
    ),
    Variable(
        "WEBDIAL_DRAIN",
        "0",
        "Seconds for which a server that is told to end goes on serving, while /readyz says no: as long as a balancer "
        "takes to notice.",
    ),
    Variable(
        "WEBDIAL_SERVER",
        "none",
        "For `webdial dial`: address of the server that places the call, such as "
        "https://dial.example. Without it the call is placed from this machine's own database.",
    ),
    Variable(
        "WEBDIAL_TOKEN",
        "none",
        "For `webdial dial` with WEBDIAL_SERVER: the token of the user who calls.",
    ),
)

LOG_FORMATS: Final = ("text", "json")

LONGEST_DRAIN_S: Final = 3_600

_SECRET_LENGTH = 32


@dataclass(frozen=True)
class Environment:
    """The variables' values; `of(os.environ)` in the program, a mapping of one's own in tests.

    `repr` shows none: a token, a key and a database's password are among them.
    """

    values: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, values: Mapping[str, str]) -> "Environment":
        return cls(dict(values))

    def _get(self, name: str) -> str:
        return self.values.get(name, "").strip()

    @cached_property
    def data(self) -> Path:
        """The data folder, which exists from here on; nobody else may look into a new one.

        Raises InvalidValueError.
        """
        named = self._get("WEBDIAL_DATA")
        try:
            folder = Path(named or platformdirs.user_data_dir("webdial", False))
            folder = folder.expanduser().resolve()
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            message = f"The data folder {folder} cannot be used: {error.strerror}."
            raise InvalidValueError(message, field="WEBDIAL_DATA") from error
        except RuntimeError as error:  # whose home it is cannot be told
            raise InvalidValueError(
                f"The data folder cannot be told: {error}",
                field="WEBDIAL_DATA",
                hint="Name a folder by its whole path in WEBDIAL_DATA.",
            ) from error
        return folder

    @property
    def database_url(self) -> str:
        return self._get("WEBDIAL_DATABASE_URL")

    @property
    def hosts(self) -> list[str]:
        named = [host.strip() for host in self._get("WEBDIAL_HOSTS").split(",") if host.strip()]
        return named or ["localhost", "127.0.0.1", "[::1]"]

    @property
    def is_https_only(self) -> bool:
        return self.says_yes("WEBDIAL_HTTPS")

    def text(self, name: str) -> str:
        """The value of a variable without blanks around it, empty when it is not set."""
        return self._get(name)

    def says_yes(self, name: str) -> bool:
        return self._get(name).lower() in {"1", "yes", "true", "on"}

    @property
    def metrics_token(self) -> str:
        return self._get("WEBDIAL_METRICS_TOKEN")

    @property
    def log_format(self) -> str:
        """text or json. Raises InvalidValueError."""
        named = self._get("WEBDIAL_LOG_FORMAT").lower() or LOG_FORMATS[0]
        if named not in LOG_FORMATS:
            raise InvalidValueError(
                f"WEBDIAL_LOG_FORMAT is none of {', '.join(LOG_FORMATS)}.",
                field="WEBDIAL_LOG_FORMAT",
            )
        return named

    @property
    def drain_s(self) -> float:
        """Seconds of serving after being told to end. Raises InvalidValueError."""
        try:
            seconds = float(self._get("WEBDIAL_DRAIN") or 0)
        except ValueError:
            seconds = -1.0
        if not 0 <= seconds <= LONGEST_DRAIN_S:
            raise InvalidValueError(
                f"WEBDIAL_DRAIN is no number of seconds from 0 to {LONGEST_DRAIN_S}.",
                field="WEBDIAL_DRAIN",
            )
        return seconds

    @property
    def server(self) -> str:
        return self._get("WEBDIAL_SERVER").rstrip("/")

    @property
    def token(self) -> str:
        return self._get("WEBDIAL_TOKEN")

    @cached_property
    def secret_key(self) -> str:
        """The key that signs sessions, made on first use and readable by its owner alone.

        Raises InvalidValueError.
        """
        named = self._get("WEBDIAL_SECRET_KEY")
        if named and len(named) < _SECRET_LENGTH:
            message = f"WEBDIAL_SECRET_KEY has fewer than {_SECRET_LENGTH} characters."
            raise InvalidValueError(message, field="WEBDIAL_SECRET_KEY")
        return named or _kept_secret(
            self.data / "secret.key",
            new=lambda: secrets.token_urlsafe(48),
            if_damaged="Remove the file: a new key is then made, and everybody signs in once more.",
        )

    @cached_property
    def credential_keys(self) -> tuple[str, ...]:
        """The keys that seal credentials; one is made on first use, readable by its owner alone.

        Raises InvalidValueError when the file of the key cannot be used.
        """
        named = tuple(key.strip() for key in self._get("WEBDIAL_CREDENTIAL_KEYS").split(","))
        if any(named):
            return tuple(key for key in named if key)
        key = _kept_secret(
            self.data / "credential.key",
            new=lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii"),
            if_damaged="Bring the file back from a backup: without it no credential can be read.",
        )
        return (key,)


def _kept_secret(file: Path, *, new: Callable[[], str], if_damaged: str) -> str:
    try:
        if not file.exists():
            make_secret(file, new())
        key = file.read_text(encoding="ascii").strip()
    except OSError as error:
        message = f"The key {file} cannot be used: {error.strerror}."
        raise InvalidValueError(message, field="WEBDIAL_DATA") from error
    except UnicodeDecodeError:
        key = ""
    if len(key) < _SECRET_LENGTH:
        raise InvalidValueError(
            f"The key {file} is damaged: it is no text of at least {_SECRET_LENGTH} characters.",
            field="WEBDIAL_DATA",
            hint=if_damaged,
        )
    return key


def make_secret(file: Path, key: str) -> None:
    """Put a key there whole or not at all; if another process was first, its key stays."""
    handle, made = tempfile.mkstemp(prefix=f"{file.name}.", dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(key)
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(made, file)
    finally:
        Path(made).unlink()
