"""The helper's commands. What is said goes to standard output, why something failed to standard error."""

import argparse
import logging
import os
import socket
import sys
from collections.abc import Sequence
from importlib import resources
from urllib.parse import urlencode

from webdial.desktop import VERSION, registering
from webdial.desktop.connection import Connection
from webdial.desktop.errors import HelperError, NotPairedError, RefusedError, UnreachableError
from webdial.desktop.links import OPENED, NotOpenedError, open_link
from webdial.desktop.pairing import Pairing, folder, load_pairing, save_pairing
from webdial.desktop.running import running_alone
from webdial.desktop.selection import selected_text
from webdial.desktop.site import Site, checked_address
from webdial.desktop.tapi.failures import TapiError
from webdial.desktop.tapi.lines import all_lines

_SYSTEMS = {"win32": "Windows", "darwin": "macOS", "linux": "Linux"}

_CONNECTED = "The helper is connected: calls that begin here are started."
_NOT_CONNECTED = "The helper is not connected: start it with run, or sign in to this desktop anew."

SITE_FILE = "site.txt"
"""Beside the modules of the one file: the address of the server that handed it out."""


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit status."""
    asked = _parser().parse_args(arguments)
    _begin_log()
    try:
        _COMMANDS[asked.command](asked)
    except HelperError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _begin_log() -> None:
    """To standard error; without a window (pythonw) to a file in the helper's own folder."""
    form = "%(asctime)s %(levelname)s %(message)s"
    if sys.stderr is not None:
        logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=form)
        return
    file = folder() / "log"
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    logging.basicConfig(filename=file, filemode="w", level=logging.INFO, format=form)


def pair(asked: argparse.Namespace) -> None:
    """`pair [ADDRESS] CODE`: with the server that handed the helper out, when none is named."""
    address = asked.address or _address_inside()
    if not address:
        raise HelperError("Which server? Run: pair ADDRESS CODE")
    site = checked_address(address)
    content = {
        "code": asked.code,
        "name": (asked.name or socket.gethostname() or "Computer")[:80],
        "platform": _SYSTEMS.get(sys.platform, sys.platform),
    }
    answer = Site(Pairing(site, "")).post("/pair", content)
    file = save_pairing(Pairing(site, str(answer["token"])))
    print(f"This computer is paired with {site} for {answer['user']}.")
    print(f"What opens the door stands in {file}, which only you can read.")


def run(_: argparse.Namespace) -> None:
    """Hold the connection until told to stop."""
    connection = Connection(Site(load_pairing()))
    with running_alone():
        try:
            connection.run()
        except KeyboardInterrupt:
            connection.stop.set()


def open_clicked(asked: argparse.Namespace) -> None:
    """What the system runs when a telephone link is clicked, or for a key that dials the selection."""
    link = selected_text() if asked.selection else (asked.link or "").strip()
    if not link:
        raise HelperError("Which link? Or give --selection.")
    if os.environ.get(OPENED):
        raise HelperError("This link goes round in a circle, so it is not opened.")
    site = Site(load_pairing())
    try:
        answer = site.post("/links", {"link": link})
        act, path, given = (answer.get(name) for name in ("act", "path", "link"))
    except (UnreachableError, RefusedError) as error:
        # The person sees the same where they look: in the browser.
        print(error, file=sys.stderr)
        act, path, given = "show", "/dial/link?" + urlencode({"to": link}), None
    try:
        if act == "show":
            open_link(site.page(str(path)))
        elif act == "hand_on":
            open_link(str(given))
        else:
            print(answer.get("sentence") or "")
    except NotOpenedError as error:
        raise HelperError(str(error)) from error


def register(_: argparse.Namespace) -> None:
    print("\n".join(registering.register()))


def unregister(_: argparse.Namespace) -> None:
    print("\n".join(registering.unregister()))


def status(_: argparse.Namespace) -> None:
    """What is set up, and whether the server knows this machine and hears of it now."""
    schemes = registering.registered()
    print(f"Webdial desktop helper {VERSION}, files in {folder()}")
    print(f"Links it opens: {', '.join(schemes) or 'none'}")
    pairing = load_pairing()
    try:
        told = Site(pairing).get("")
    except NotPairedError:
        print(f"Paired with {pairing.site}, which does not know this computer any more.")
        raise
    print(f"Paired with {pairing.site} as {told['name']}, for {told['user']}.")
    asks = "without asking" if told["dials_without_asking"] else "after a click on the site"
    print(f"A clicked link is dialled {asks}.")
    if told.get("is_connected") is not None:  # an older server does not tell
        print(_CONNECTED if told["is_connected"] else _NOT_CONNECTED)


def tapi(_: argparse.Namespace) -> None:
    """`tapi lines`: every line, and which ones are for voice."""
    try:
        lines = all_lines()
    except TapiError as error:
        raise HelperError(str(error)) from error
    if not lines:
        print("Windows has no telephone lines here. The driver of a phone system brings them.")
    for line in lines:
        print(f"{line.id}  {line.name}{'' if line.is_for_voice else '  (not for voice)'}")


def _address_inside() -> str:
    file = resources.files(__package__).joinpath(SITE_FILE)
    return file.read_text(encoding="utf-8").strip() if file.is_file() else ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="webdial desktop", description="Webdial on your own computer."
    )
    parser.add_argument("--version", action="version", version=VERSION)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    pairs = commands.add_parser("pair", help="pair this computer by the code that the site shows")
    pairs.add_argument("address", nargs="?", help="the server's address, if it is not inside")
    pairs.add_argument("code")
    pairs.add_argument("--name", help="what the computer is called on the site")
    commands.add_parser("run", help="hold the connection, and start the calls that begin here")
    opens = commands.add_parser("open", help="dial a link: what the system runs for a click")
    opens.add_argument("link", nargs="?")
    opens.add_argument("--selection", action="store_true", help="dial what is selected on screen")
    commands.add_parser("register", help="open telephone links, and start with the session")
    commands.add_parser("unregister", help="take both away again")
    commands.add_parser("status", help="tell what is set up")
    telephony = commands.add_parser("tapi", help="Windows' telephony")
    telephony.add_argument("what", choices=["lines"], help="list the telephone lines")
    return parser


_COMMANDS = {
    "pair": pair,
    "run": run,
    "open": open_clicked,
    "register": register,
    "unregister": unregister,
    "status": status,
    "tapi": tapi,
}
