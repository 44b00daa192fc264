"""Checks of the environment, before anything is set up. They make no folder and no key."""

import os
import stat
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import platformdirs
from django.core.checks import CheckMessage
from django.http.request import split_domain_port

from webdial.environment import LOG_FORMATS, VARIABLES, Environment
from webdial.errors import WebdialError
from webdial.site.account_settings import mail_server, provider, second_factor_rule, site_address
from webdial.site.databases import chosen_database
from webdial.site.domain.checks import known

LEAST_KEY: Final = 32
LEAST_TOKEN: Final = 16

_YES_AND_NO: Final = {"", "1", "yes", "true", "on", "0", "no", "false", "off"}
_YES_OR_NO: Final = ("WEBDIAL_HTTPS", "WEBDIAL_OIDC_NEW_USERS")
_OF_THIS_MACHINE: Final = {"localhost", "127.0.0.1", "[::1]"}
_SECRET_FILES: Final = ("secret.key", "credential.key", "webdial.sqlite3")


def data_folder(environment: Environment) -> Path | None:
    """Where the data folder is or would be, which `Environment.data` would make; None: nobody's home."""
    named = environment.values.get("WEBDIAL_DATA", "").strip()
    try:
        return Path(named or platformdirs.user_data_dir("webdial", False)).expanduser().resolve()
    except (OSError, RuntimeError):
        return None


def check_environment(environment: Environment) -> list[CheckMessage]:
    """All of them. When one is an error, nothing further can be looked at."""
    return [
        *check_folder(environment),
        *check_secret_key(environment),
        *check_database_url(environment),
        *check_hosts(environment),
        *check_variables(environment),
        *check_sign_in(environment),
    ]


def check_folder(environment: Environment) -> Iterator[CheckMessage]:
    folder = data_folder(environment)
    if folder is None:
        yield known.FOLDER_UNUSABLE.found("The data folder cannot be told.")
    elif not folder.exists():
        yield known.FOLDER_MISSING.found(f"There is no data folder {folder} yet.")
    elif not folder.is_dir():
        yield known.FOLDER_UNUSABLE.found(f"The data folder {folder} is no folder.")
    elif not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield known.FOLDER_UNUSABLE.found(f"The data folder {folder} cannot be written.")
    elif os.name == "posix":
        yield from _check_closed(folder)


def _check_closed(folder: Path) -> Iterator[CheckMessage]:
    """Files in a closed folder are closed whatever their own rights are."""
    if not _is_open(folder):
        return
    yield known.FOLDER_OPEN.found(f"Others may look into the data folder {folder}.")
    for file in (folder / name for name in _SECRET_FILES):
        if file.exists() and _is_open(file):
            yield known.FILE_OPEN.found(f"Others may read {file}.")


def _is_open(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO))


def check_secret_key(environment: Environment) -> Iterator[CheckMessage]:
    named = environment.values.get("WEBDIAL_SECRET_KEY", "").strip()
    folder = data_folder(environment)
    file = None if folder is None else folder / "secret.key"
    if named:
        if len(named) < LEAST_KEY:
            message = f"WEBDIAL_SECRET_KEY has fewer than {LEAST_KEY} characters."
            yield known.SECRET_KEY_UNUSABLE.found(message)
    elif file is not None and _exists(file) and len(_text_of(file)) < LEAST_KEY:
        yield known.SECRET_KEY_UNUSABLE.found(f"The key {file} is damaged, or cannot be read.")


def _exists(file: Path) -> bool:
    try:
        return file.exists()
    except OSError:
        return False


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def check_database_url(environment: Environment) -> Iterator[CheckMessage]:
    if not environment.database_url:  # then it stands in the data folder
        return
    try:
        chosen_database(environment)
    except WebdialError as error:
        yield known.DATABASE_URL_WRONG.found(error.message, hint=error.hint)


def check_hosts(environment: Environment) -> Iterator[CheckMessage]:
    hosts = environment.hosts
    for host in hosts:
        if host == "*":
            yield known.ANY_HOST.found("WEBDIAL_HOSTS takes any name.")
        elif not _is_host(host):
            yield known.HOST_WRONG.found(f"WEBDIAL_HOSTS has {host[:80]!r}, which is no host name.")
    has_name = bool(set(hosts) - _OF_THIS_MACHINE)
    if has_name and not environment.is_https_only:
        yield known.NO_HTTPS.found("WEBDIAL_HTTPS is not on.")
    if environment.is_https_only and not has_name:
        yield known.HTTPS_WITHOUT_NAME.found("WEBDIAL_HOSTS names this machine alone.")


def _is_host(host: str) -> bool:
    """As Django takes them; a dot in front stands for all names below it."""
    domain, port = split_domain_port(host.removeprefix("."))
    return bool(domain) and not port


def check_variables(environment: Environment) -> Iterator[CheckMessage]:
    values = environment.values
    for name in _YES_OR_NO:
        if environment.text(name).lower() not in _YES_AND_NO:
            yield known.VALUE_UNKNOWN.found(f"{name} is neither yes nor no, and counts as no.")
    if values.get("WEBDIAL_LOG_FORMAT", "").strip().lower() not in {"", *LOG_FORMATS}:
        yield known.VALUE_UNKNOWN.found(f"WEBDIAL_LOG_FORMAT is none of {', '.join(LOG_FORMATS)}.")
    try:
        _ = environment.drain_s
    except WebdialError as error:
        yield known.VALUE_UNKNOWN.found(error.message)
    if values.get("FORWARDED_ALLOW_IPS", "").strip() == "*":
        yield known.ANY_PROXY.found("FORWARDED_ALLOW_IPS is *.")
    if 0 < len(environment.metrics_token) < LEAST_TOKEN:
        yield known.METRICS_TOKEN_SHORT.found(
            f"WEBDIAL_METRICS_TOKEN has fewer than {LEAST_TOKEN} characters."
        )
    names = {each.name for each in VARIABLES}
    for name in sorted(values):
        if name.startswith("WEBDIAL_") and name not in names:
            nearest = get_close_matches(name, names, n=1)
            hint = f"Did you mean {nearest[0]}?" if nearest else ""
            yield known.VARIABLE_UNKNOWN.found(f"{name} is not read.", hint=hint)


def check_sign_in(environment: Environment) -> Iterator[CheckMessage]:
    """What else keeps the program from being set up; the one with the address needs telling once."""
    told: set[str] = set()
    for read in (site_address, second_factor_rule, mail_server, provider):
        try:
            read(environment)
        except WebdialError as error:
            if error.message not in told:
                yield known.SETTINGS_UNUSABLE.found(error.message, hint=error.hint)
            told.add(error.message)
