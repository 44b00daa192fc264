"""The pages of the manual by name, such as `how-to/back-up`: the paths of docs/ without `.md`."""

import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.urls import reverse

from webdial.errors import NotFoundError
from webdial.language import translate
from webdial.site.manual.markdown import Anchors, to_html

INDEX: Final = "index"

_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*)?")
_PACKAGE: Final = Path(__file__).resolve().parent
_FOLDERS: Final = (_PACKAGE / "text", _PACKAGE.parents[3] / "docs")
"""In an installed package; beside the source."""


@dataclass(frozen=True, slots=True)
class ManualPage:
    """`html` begins with the page's one heading of the first level."""

    name: str
    title: str
    html: str


def anchor_of(heading: str) -> str:
    """Where a heading that is there once stands on its page."""
    return Anchors().of(heading)


@lru_cache(maxsize=128)
def manual_page(name: str) -> ManualPage:
    """Raises NotFoundError."""
    file = _file(name)
    if file is None:
        raise NotFoundError(translate("The manual has no such page."))
    text = file.read_text(encoding="utf-8")
    title = next((line[2:].strip() for line in text.splitlines() if line.startswith("# ")), name)
    return ManualPage(name, title, to_html(text, lambda target: _address(target, name)))


def _file(name: str) -> Path | None:
    if not _NAME.fullmatch(name):
        return None
    files = (folder / f"{name}.md" for folder in _FOLDERS)
    return next((file for file in files if file.is_file()), None)


def _address(target: str, name: str) -> str | None:
    """None for what is beside the manual, such as a picture or the threat model."""
    if target.startswith(("http:", "https:", "#")):
        return target
    path, _, place = target.partition("#")
    wanted = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)).removesuffix(".md")
    if not path.endswith(".md") or _file(wanted) is None:
        return None
    address = reverse("manual") if wanted == INDEX else reverse("manual-page", args=(wanted,))
    return f"{address}#{place}" if place else address
