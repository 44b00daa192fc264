"""Writes the packages of the browser extension into a folder: `python3 dev.py extension`."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from webdial.browser_extension import package, package_names

ROOT: Final = Path(__file__).parents[2]


def pack(folder: Path) -> list[Path]:
    """Where the packages stand."""
    folder.mkdir(parents=True, exist_ok=True)
    packages = {folder / name: package(kind) for name, kind in package_names().items()}
    for file, content in packages.items():
        file.write_bytes(content)
    return list(packages)


def main(arguments: Sequence[str]) -> int:
    for file in pack(Path(arguments[0]) if arguments else ROOT / "dist"):
        print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
