"""What is set from outside the program: environment variables, read once and in one place.

Everything that an administrator changes while the program runs is a general setting instead.
docs/reference/environment.md is checked against `VARIABLES`.
"""

import os
import secrets
import tempfile
from collections.abc import Mapping
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
        "FORWARDED_ALLOW_IPS",
        "127.0.0.1",
        "Address of a reverse proxy, whose X-Forwarded-Proto is then believed. Read by uvicorn.",
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
        return self._get("WEBDIAL_HTTPS").lower() in {"1", "yes", "true", "on"}

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
        return named or _kept_secret(self.data / "secret.key")


def _kept_secret(file: Path) -> str:
    try:
        if not file.exists():
            _make_secret(file)
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
            hint="Remove the file: a new key is then made, and everybody signs in once more.",
        )
    return key


def _make_secret(file: Path) -> None:
    """Put a key there whole or not at all; if another process was first, its key stays."""
    handle, made = tempfile.mkstemp(prefix=f"{file.name}.", dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(secrets.token_urlsafe(48))
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(made, file)
    finally:
        Path(made).unlink()
