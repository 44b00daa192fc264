"""Packs the browser extension, one zip for each kind of browser: `python3 dev.py extension`.

The same sources give the same bytes: names in order, one date, no compression that a version of zlib decides.
"""

import json
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
SOURCE: Final = ROOT / "extension" / "source"
KINDS: Final = ("chromium", "firefox")

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


def pack(kind: str, folder: Path) -> Path:
    """Write the package into `folder`; where it stands."""
    folder.mkdir(parents=True, exist_ok=True)
    package = folder / f"webdial-{kind}-{manifest_of(kind)['version']}.zip"
    with zipfile.ZipFile(package, "w") as archive:
        for name, content in files_of(kind).items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # Unix, wherever it is packed
            archive.writestr(entry, content)
    return package


def main(arguments: Sequence[str]) -> int:
    folder = Path(arguments[0]) if arguments else ROOT / "dist"
    for kind in KINDS:
        print(pack(kind, folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
