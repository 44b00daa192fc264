"""Makes the one file: this package with the server's address inside, as Python runs it (PEP 441)."""

import base64
import io
import zipfile
from pathlib import Path
from typing import Final

from webdial.desktop.command import SITE_FILE

NAME: Final = "webdial-desktop.pyz"
INSTALLERS: Final = ("install-linux.sh", "install-windows.ps1", "install-macos.sh")
"""Each holds the one file inside, so that there is a single thing to download."""

_PLACE: Final = "@HELPER@"
_PACKAGE: Final = "webdial/desktop"
_MAIN: Final = """\
import sys
if sys.version_info < (3, 11):
    sys.exit("Webdial needs Python 3.11 or newer; this is " + sys.version.split()[0])
from webdial.desktop.command import main
sys.exit(main(sys.argv[1:]))
"""
_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""Of every file in it, so that the same source gives the same file."""


def build(site: str = "") -> bytes:
    """The file's content. With `site`, the helper pairs with that server unless told otherwise."""
    package = Path(__file__).parent
    files = {
        f"{_PACKAGE}/{file.relative_to(package).as_posix()}": file.read_bytes()
        for file in sorted(package.rglob("*.py"))
    }
    files["__main__.py"] = _MAIN.encode()
    files["webdial/__init__.py"] = b""
    if site:
        files[f"{_PACKAGE}/{SITE_FILE}"] = site.encode()
    made = io.BytesIO()
    made.write(b"#!/usr/bin/env python3\n")
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return made.getvalue()


def installer(name: str, site: str = "") -> bytes:
    """One of INSTALLERS, with the helper for `site` inside."""
    script = (Path(__file__).parent / "installers" / name).read_text(encoding="utf-8")
    text = script.replace(_PLACE, base64.encodebytes(build(site)).decode("ascii").strip())
    # Windows reads a script without a mark as of its own old code page; ours have ASCII alone.
    return text.replace("\n", "\r\n" if name.endswith(".ps1") else "\n").encode("ascii")
