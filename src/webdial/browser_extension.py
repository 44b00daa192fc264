"""The browser extension as packages, one for each kind of browser: what the site hands out and `dev.py extension` writes.

The same sources give the same bytes: names in order, one date, no compression that a version of zlib decides.
"""

import io
import json
import zipfile
from functools import cache
from pathlib import Path
from typing import Any, Final

KINDS: Final = ("chromium", "firefox")

_PACKAGE: Final = Path(__file__).resolve().parent
_FOLDERS: Final = (_PACKAGE / "extension_source", _PACKAGE.parents[1] / "extension" / "source")
SOURCE: Final = next((folder for folder in _FOLDERS if folder.is_dir()), _FOLDERS[-1])
"""In an installed package; beside the source."""

_MANIFEST: Final = "manifest.json"
_DATE: Final = (1980, 1, 1, 0, 0, 0)


def manifest_of(kind: str) -> dict[str, Any]:
    """The common manifest, with what this kind of browser wants besides."""
    common, own = (
        json.loads((SOURCE / name).read_text(encoding="utf-8"))
        for name in (_MANIFEST, f"{kind}.json")
    )
    return {**common, **own}


def files_of(kind: str) -> dict[str, bytes]:
    """All files by their names in the package, in order."""
    left_out = {f"{each}.json" for each in KINDS}
    files = {
        file.relative_to(SOURCE).as_posix(): file.read_bytes()
        for file in SOURCE.rglob("*")
        if file.is_file() and file.name not in left_out
    }
    files[_MANIFEST] = json.dumps(manifest_of(kind), ensure_ascii=False, indent=2).encode()
    return dict(sorted(files.items()))


@cache
def package_names() -> dict[str, str]:
    """The kinds of browsers by the names of their packages."""
    return {f"webdial-{kind}-{manifest_of(kind)['version']}.zip": kind for kind in KINDS}


@cache
def package(kind: str) -> bytes:
    """The zip."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, file in files_of(kind).items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # Unix, wherever it is packed
            archive.writestr(entry, file)
    return content.getvalue()
