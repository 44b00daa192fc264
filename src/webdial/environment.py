"""What is set from outside the program: environment variables, read once and in one place.

Everything that an administrator changes while the program runs is a general setting instead.
docs/reference/environment.md is checked against `VARIABLES`.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
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
        "postgresql://user:password@host:port/name to keep everything in PostgreSQL.",
    ),
    Variable(
        "WEBDIAL_SECRET_KEY",
        "made on first start, kept in WEBDIAL_DATA/secret.key",
        "Key that signs sessions. At least 32 characters.",
    ),
    Variable(
        "WEBDIAL_HOSTS",
        "localhost, 127.0.0.1, [::1]",
        "Names, separated by commas, under which people reach the site. * for any.",
    ),
    Variable(
        "WEBDIAL_HTTPS",
        "no",
        "yes when people reach the site by https:// only: cookies are then never sent without it.",
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

_SECRET_LENGTH = 32


@dataclass(frozen=True)
class Environment:
    """The variables' values; `of(os.environ)` in the program, a mapping of one's own in tests."""

    values: Mapping[str, str]

    @classmethod
    def of(cls, values: Mapping[str, str]) -> "Environment":
        return cls(dict(values))

    def _get(self, name: str) -> str:
        return self.values.get(name, "").strip()

    @cached_property
    def data(self) -> Path:
        """The data folder, which exists from here on; nobody else may look into a new one."""
        named = self._get("WEBDIAL_DATA")
        folder = Path(named) if named else Path(platformdirs.user_data_dir("webdial", False))
        folder = folder.expanduser().resolve()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            message = f"The data folder {folder} cannot be used: {error.strerror}."
            raise InvalidValueError(message, field="WEBDIAL_DATA") from error
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
        return self._get("WEBDIAL_HTTPS").lower() in {"1", "yes", "true", "on"}

    @property
    def server(self) -> str:
        return self._get("WEBDIAL_SERVER").rstrip("/")

    @property
    def token(self) -> str:
        return self._get("WEBDIAL_TOKEN")

    @cached_property
    def secret_key(self) -> str:
        """The key that signs sessions, made on first use and readable by its owner alone."""
        named = self._get("WEBDIAL_SECRET_KEY")
        if named and len(named) < _SECRET_LENGTH:
            message = f"WEBDIAL_SECRET_KEY has fewer than {_SECRET_LENGTH} characters."
            raise InvalidValueError(message, field="WEBDIAL_SECRET_KEY")
        return named or _kept_secret(self.data / "secret.key")


def _kept_secret(file: Path) -> str:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(secrets.token_urlsafe(48))
    return file.read_text(encoding="ascii").strip()
