"""schemathesis over the whole API of a running site, by the API's own description.

    python3 dev.py api-scan            all checks, and chains of requests, for some minutes
    python3 dev.py api-scan --short    few cases of each, the same every time
    python3 dev.py api-scan -- ...     what follows goes to schemathesis

Exits with 1 when a check fails. What is printed leads to the request that failed.
"""

import argparse
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


def main() -> int:
    program, is_short, more = read_arguments(sys.argv[1:])
    chosen = _SHORT if is_short else _LONG
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


def read_arguments(arguments: list[str]) -> tuple[str, bool, list[str]]:
    """The scanner's program, whether it is to be short, and what goes on to it."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    options = argparse.ArgumentParser(
        prog="dev.py api-scan", usage="%(prog)s [-h] [--short] [-- ...]", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    options.add_argument("scanner", help=argparse.SUPPRESS)
    options.add_argument("--short", action="store_true", help="for about a minute")
    found = options.parse_args(arguments[:end])
    return found.scanner, found.short, arguments[end + 1 :]


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
    sys.exit(main())
