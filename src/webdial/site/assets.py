"""Files that pages load: where they lie and the version that stands in their addresses."""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

ELEMENT_PATH: Final = "/static/embed/webdial.js"
"""<webdial-number>, whatever the version: it stands in pages that nobody changes when Webdial is upgraded."""

_PACKAGES = ("webdial.site", "django_htmx", "allauth.account", "allauth.mfa")


def assets_folders() -> list[Path]:
    """The folders `static` of the packages whose files pages use, ours first."""
    return [Path(str(files(package))) / "static" for package in _PACKAGES]


@cache
def assets_version() -> str:
    """Ten characters that change when any of the files changes."""
    digest = hashlib.sha256()
    for file in _files():
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:10]


def _files() -> Iterator[Path]:
    for folder in assets_folders():
        yield from sorted(path for path in folder.rglob("*") if path.is_file())
