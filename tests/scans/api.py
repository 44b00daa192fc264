"""schemathesis over the whole API of a running site, by the API's own description.

    python3 dev.py api-scan            all checks, and chains of requests, for some minutes
    python3 dev.py api-scan --short    few cases of each, the same every time

Exits with 1 when a check fails. What is printed leads to the request that failed.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.promises.attacked import AttackedSite, attacked_site

_CONFIGURATION: Final = Path(__file__).with_name("schemathesis.toml")
_SHORT: Final = (
    *("--max-examples", "10", "--seed", "1"),
    *("--exclude-name", "GET /api/v1/desktop/actions"),  # which answers after 25 seconds
)
_LONG: Final = ("--max-examples", "200", "--continue-on-failure")


def main(arguments: Sequence[str]) -> int:
    program, *options = arguments
    chosen = _SHORT if "--short" in options else _LONG
    more = [each for each in options if each != "--short"]
    with (
        tempfile.TemporaryDirectory(prefix="webdial-scan-") as folder,
        attacked_site(Path(folder)) as site,
    ):
        failed = [
            name
            for name, token, filters in _parts(site)
            if _scan(program, site, token, (*filters, *chosen, *more))
        ]
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nThe API is clean.")
    return 1 if failed else 0


def _parts(site: AttackedSite) -> list[tuple[str, str, tuple[str, ...]]]:
    """Each kind of token over the operations that it opens."""
    desktop, browser = "^/api/v1/desktop", "^/api/v1/browser"
    return [
        ("calls", site.people["carl"].token, ("--exclude-path-regex", f"{desktop}|{browser}")),
        ("desktop", site.computer, ("--include-path-regex", desktop)),
        ("browser", site.extension, ("--include-path-regex", browser)),
    ]


def _scan(program: str, site: AttackedSite, token: str, options: Sequence[str]) -> int:
    address = f"{site.server.address}/api/v1/openapi.json"
    command = [program, "--config-file", str(_CONFIGURATION), "run", address, "--checks", "all"]
    bearer = ["--header", f"Authorization: Bearer {token}"]
    return subprocess.run([*command, *bearer, *options], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
