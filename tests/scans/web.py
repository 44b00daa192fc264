"""wapiti over the whole site, signed in as each of the people, and as nobody.

    python3 dev.py web-scan            every kind of attack that it has for pages, for each of the people
    python3 dev.py web-scan --short    as an administrator alone, for about a minute
    python3 dev.py web-scan carl bea   as these alone; nobody is one of them

Exits with 1 when it finds anything, and when it did not come to the end: an attack that was cut short, or that went
on signed out, found nothing because it looked at nothing. The site that it attacks is made for it, and gone afterwards.
It runs with low priority, and takes some minutes for each of the people.
"""

import argparse
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from tests.pages.addresses import NO_PAGE, Who, visits
from tests.promises.attacked import AttackedSite, attacked_site
from tests.running.test_nothing_lost import phone_system
from webdial.simulator.faults import FaultServer

MODULES: Final = "backup,crlf,csp,csrf,exec,file,htaccess,methods,permanentxss,redirect,shellshock,sql,ssrf,xss,xxe"
"""Its attacks. Left out are lists of other products' files, attacks that only measure time, and what it thinks of
headers and cookies: the site is scanned without https, and tests/promises/test_29_pages.py holds them to a letter."""

_PYTHON: Final = "/usr/bin/python3"
_WAPITI: Final = Path(__file__).with_name("wapiti.py")
PEOPLE: Final = ("nobody", "carl", "bea", "fred", "olga", "ada")
"""Ada last: what she writes into settings changes the site."""

_SHORT: Final = ("--max-scan-time", "60", "--max-attack-time", "10", "--max-files-per-dir", "3")
_LONG: Final = ("--max-files-per-dir", "30")
_ALWAYS: Final = (
    *("-m", MODULES, "--scope", "domain", "-f", "json", "--no-bugreport", "--flush-session"),
    *("-S", "sneaky"),  # of forms that differ in hidden values alone, a few
    *("-t", "60"),  # a machine that is busy with other things is not a site that hangs
    *("--skip", "csrfmiddlewaretoken"),  # which its attack csrf tries by itself
)
_EXCLUDED: Final = (
    "/sign-out",
    "/api/v1/docs",
    "/account/sessions",
    "/account/computers/files/*",
    "/static/*",
)
"""What would end the scan's own session, and what is no page."""

_CUT_SHORT: Final = re.compile(r"^.*(?:time was reached|skipped due to network).*$", re.MULTILINE)
_NICE: Final = 10


def main() -> int:
    options = _options().parse_args()
    os.nice(_NICE)
    found: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="webdial-scan-") as folder,
        attacked_site(Path(folder) / "site") as site,
    ):
        for login in options.people or (("ada",) if options.short else PEOPLE):
            each = _scan(site, login, Path(folder), is_short=options.short)
            print("\n".join(each) or "  nothing found", flush=True)
            found += each
    print(f"{len(found)} found." if found else "The site is clean.")
    return 1 if found else 0


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="dev.py web-scan", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    options.add_argument("--short", action="store_true", help="for about a minute each")
    options.add_argument(
        "people", nargs="*", type=_person, metavar="PERSON", help=", ".join(PEOPLE)
    )
    return options


def _person(name: str) -> str:
    if name not in PEOPLE:
        raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(PEOPLE)}")
    return name


def _scan(site: AttackedSite, login: str, folder: Path, *, is_short: bool) -> list[str]:
    print(f"• As {login} …", flush=True)
    began_s = time.monotonic()
    report, session = folder / f"{login}.json", folder / login
    with phone_system() as lure:  # where the server would go if it let itself be sent
        command = _command(site, login, folder, *(_SHORT if is_short else _LONG))
        command += [
            "-o",
            str(report),
            "--store-session",
            str(session),
            "--endpoint",
            lure.url("", "/"),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not report.is_file():
            return [f"{login}: wapiti failed: {done.stdout[-2_000:]}{done.stderr[-2_000:]}"]
        found = [*_told(login, json.loads(report.read_text("utf-8"))), *_lured(login, lure)]
    print(f"  {_looked_at(session)} in {time.monotonic() - began_s:.0f} s", flush=True)
    cut = [] if is_short else _cut_short(login, done.stdout)
    return [*found, *_signed_out(site, login), *cut]


def _command(site: AttackedSite, login: str, folder: Path, *options: str) -> list[str]:
    address = site.server.address.replace("127.0.0.1", "localhost")
    command = [_PYTHON, str(_WAPITI), "-u", f"{address}/dial", *_ALWAYS, *options]
    for path in (*_EXCLUDED, *_own_sign_in(site, login)):
        command += ["-x", f"{address}{path}"]
    for path in _starts(site, login):
        command += ["-s", f"{address}{path}"]
    if login == "nobody":
        return command
    cookies = folder / f"{login}-cookies.json"
    session = {"sessionid": {"value": site.people[login].session, "version": 0, "expires": None,
               "secure": False, "port": None}}  # fmt: skip
    cookies.write_text(json.dumps({".localhost.local": {"/": session}}), encoding="utf-8")
    return [*command, "-c", str(cookies)]


def _own_sign_in(site: AttackedSite, login: str) -> list[str]:
    """The page on which one may end all one's own sessions; those of others are attacked."""
    person = site.people.get(login)
    return [f"/maintenance/users/{person.user_id}/sign-in"] if person else []


def _looked_at(session: Path) -> str:
    (database,) = session.glob("*.db")
    with closing(sqlite3.connect(database)) as kept:
        query = "SELECT count(*) FROM paths WHERE method = ? AND NOT evil"
        pages, forms = (kept.execute(query, (method,)).fetchone()[0] for method in ("GET", "POST"))
    return f"{pages} pages and {forms} forms attacked"


def _lured(login: str, lure: FaultServer) -> Iterator[str]:
    """Requests that the server was made to send. Administrators write where requests go, and so may."""
    for request in lure.requests if login != "ada" else ():
        if not request.target.startswith("/get_"):  # in which wapiti itself asks for what it caught
            yield f"{login}: the server was sent to {request.target}"


def _signed_out(site: AttackedSite, login: str) -> Iterator[str]:
    if login != "nobody" and site.browser(login).get("/account").status != 200:
        yield f"{login}: was signed out on the way, so that not everything was tried"


def _cut_short(login: str, printed: str) -> list[str]:
    return [f"{login}: {line.strip()}" for line in _CUT_SHORT.findall(printed)]


def _starts(site: AttackedSite, login: str) -> list[str]:
    who = {"nobody": Who.NOBODY, "carl": Who.CALLER}.get(login, Who.ADMINISTRATOR)
    return [visit.path for visit in visits(who, site.filled) if visit.name not in NO_PAGE]


def _told(login: str, content: dict[str, Any]) -> Iterator[str]:
    for kind in ("vulnerabilities", "anomalies"):
        for name, each in content[kind].items():
            for one in each:
                yield f"{login}: {name}: {one['method']} {one['path']} {one['parameter']}: {one['info']}"


if __name__ == "__main__":
    sys.exit(main())
