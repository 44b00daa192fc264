"""wapiti over the whole site, signed in as each of the people, and as nobody.

    python3 dev.py web-scan            every kind of attack that it has for pages, for each of the people
    python3 dev.py web-scan --short    as an administrator alone, for about a minute
    python3 dev.py web-scan carl bea   as these alone

Exits with 1 when it finds anything. The site that it attacks is made for it, and gone afterwards.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from tests.pages.addresses import NO_PAGE, Who, visits
from tests.promises.attacked import AttackedSite, attacked_site

MODULES: Final = "backup,crlf,csp,csrf,exec,file,htaccess,methods,permanentxss,redirect,shellshock,sql,ssrf,xss,xxe"
"""Its attacks. Left out are lists of other products' files, attacks that only measure time, and what it thinks of
headers and cookies: the site is scanned without https, and tests/promises/test_29_pages.py holds them to a letter."""

_PYTHON: Final = "/usr/bin/python3"
_WAPITI: Final = Path(__file__).with_name("wapiti.py")
PEOPLE: Final = (None, "carl", "bea", "fred", "olga", "ada")
_SHORT: Final = ("--max-scan-time", "60", "--max-attack-time", "10", "--max-files-per-dir", "3")
_LONG: Final = ("--max-scan-time", "300", "--max-attack-time", "60")
_EXCLUDED: Final = (
    "/sign-out",
    "/api/v1/docs",
    "/account/sessions",
    "/account/computers/files/*",
    "/static/*",
)
"""What would end the scan's own session, and what is no page."""


def main(arguments: Sequence[str]) -> int:
    is_short = "--short" in arguments
    named = [each for each in arguments if not each.startswith("-")]
    found: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="webdial-scan-") as folder,
        attacked_site(Path(folder) / "site") as site,
    ):
        for login in named or (("ada",) if is_short else PEOPLE):
            print(f"• As {login or 'nobody'} …", flush=True)
            found += _scan(site, login, Path(folder), _SHORT if is_short else _LONG)
    print("\n".join(found) or "The site is clean.")
    return 1 if found else 0


def _scan(site: AttackedSite, login: str | None, folder: Path, options: Sequence[str]) -> list[str]:
    address = site.server.address.replace("127.0.0.1", "localhost")
    report, cookies = folder / f"{login}.json", folder / f"{login}-cookies.json"
    command = [
        *(_PYTHON, str(_WAPITI)),
        "-u",
        f"{address}/dial",
        "--scope",
        "domain",
        "-m",
        MODULES,
        "-f",
        "json",
        "-o",
        str(report),
    ]
    command += [
        "--no-bugreport",
        "--flush-session",
        "--store-session",
        str(folder / f"{login}"),
        *options,
    ]
    for path in _EXCLUDED:
        command += ["-x", f"{address}{path}"]
    for path in _starts(site, login):
        command += ["-s", f"{address}{path}"]
    if login is not None:
        session = {"sessionid": {"value": site.people[login].session, "version": 0, "expires": None,
                   "secure": False, "port": None}}  # fmt: skip
        cookies.write_text(json.dumps({".localhost.local": {"/": session}}), encoding="utf-8")
        command += ["-c", str(cookies)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not report.is_file():
        return [f"wapiti failed: {done.stdout[-2_000:]}{done.stderr[-2_000:]}"]
    content: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return list(_told(login, content))


def _starts(site: AttackedSite, login: str | None) -> list[str]:
    who = {None: Who.NOBODY, "ada": Who.ADMINISTRATOR}.get(login, Who.CALLER)
    return [visit.path for visit in visits(who, site.filled) if visit.name not in NO_PAGE]


def _told(login: str | None, content: dict[str, Any]) -> Iterator[str]:
    for kind in ("vulnerabilities", "anomalies"):
        for name, each in content[kind].items():
            for one in each:
                yield f"{login or 'nobody'}: {name}: {one['method']} {one['path']} {one['parameter']}: {one['info']}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
