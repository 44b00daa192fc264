"""From which sources a bundle of JavaScript was made."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def digest_of_sources(folder: Path, sources: Iterable[str]) -> str:
    """As packaging/bundle.mjs makes it; `sources` by their names within `folder`."""
    made_by = ("../packaging/bundle.mjs", "build.js", "package-lock.json", "package.json")
    digest = hashlib.sha256()
    for name in sorted([*sources, *made_by]):
        digest.update(f"{name}\0".encode() + (folder / name).read_bytes() + b"\0")
    return digest.hexdigest()
