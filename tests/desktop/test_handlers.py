"""The helper as the program for telephone links on a real Linux desktop, and taken away again."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop.machine import Helper, make_code
from tests.real.desktop import Desktop
from tests.real.presence import require
from tests.server import Installation, Server

LINK = "tel:+442079460123"
ANOTHER = "sip:0123@pbx.example"


@pytest.fixture
def own_desktop(tmp_path: Path) -> Iterator[Desktop]:
    """A desktop of the test's own, on which another program opens telephone links."""
    require("xdg-utils", "desktop-file-utils")
    home = tmp_path / "home"
    home.mkdir()
    with Desktop(home) as desktop:
        yield desktop


@pytest.fixture
def helper(own_desktop: Desktop) -> Iterator[Helper]:
    with Helper(own_desktop.home, own_desktop.environment) as helper:
        yield helper


@pytest.fixture(scope="module")
def server(sqlite_installation: Installation) -> Iterator[Server]:
    sqlite_installation.dial_by("tel:#")
    with sqlite_installation.serving() as server:
        yield server


def files_of(home: Path) -> dict[str, list[str]]:
    """Whatever desktops read in a home, line by line; in which order lines stand says nothing."""
    folders = (home / ".config", home / ".local/share/applications")
    found = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return {
        str(file.relative_to(home)): sorted(file.read_text(encoding="utf-8").splitlines())
        for file in found
        if file.name != "mimeinfo.cache"
    }


def test_registering_and_taking_it_back_leave_nothing(own_desktop: Desktop, helper: Helper) -> None:
    before = files_of(own_desktop.home)
    done = helper.run("register")
    assert done.returncode == 0, done.stderr
    assert "Links it opens: tel, callto, sip" in helper.run("status").stdout
    autostart = own_desktop.home / ".config/autostart/webdial-desktop.desktop"
    assert f"{helper.file} run" in autostart.read_text(encoding="utf-8")
    done = helper.run("unregister")
    assert done.returncode == 0, done.stderr
    after = files_of(own_desktop.home)
    assert after == before
    own_desktop.open_link(LINK)
    assert own_desktop.wait_started() == (LINK,)


def test_registering_twice_remembers_the_program_before(
    own_desktop: Desktop, helper: Helper
) -> None:
    helper.run("register")
    helper.run("register")
    helper.run("unregister")
    own_desktop.open_link(LINK)
    assert own_desktop.wait_started() == (LINK,)


def test_choice_that_was_made_since_is_kept(own_desktop: Desktop, helper: Helper) -> None:
    helper.run("register")
    own_desktop.register("tel")
    helper.run("unregister")
    for link in (LINK, ANOTHER):
        own_desktop.open_link(link)
        assert own_desktop.wait_started() == (link,)


def test_pairing_is_read_by_its_owner_alone(
    server: Server, sqlite_installation: Installation, helper: Helper
) -> None:
    helper.pair(server.address, make_code(sqlite_installation))
    kept = helper.home / ".config/webdial-desktop/pairing.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    said = helper.run("status").stdout
    assert f"Paired with {server.address}" in said
    assert "wdc_" not in said
    assert "The helper is not connected: start it" in said


def test_click_opens_the_dial_page(
    server: Server, sqlite_installation: Installation, own_desktop: Desktop, helper: Helper
) -> None:
    helper.pair(server.address, make_code(sqlite_installation))
    helper.run("register")
    own_desktop.register("http")
    assert own_desktop.open_link(LINK) == 0
    assert own_desktop.wait_started() == (f"{server.address}/dial/link?to=tel%3A%2B442079460123",)


def test_link_of_this_site_goes_to_the_program_before(
    server: Server, sqlite_installation: Installation, own_desktop: Desktop, helper: Helper
) -> None:
    """The page hands tel: links over. The helper must not ask about them and lead round in a circle."""
    helper.pair(server.address, make_code(sqlite_installation))
    helper.run("register")
    assert server.place_call("+442079460123").content["link"] == LINK
    assert own_desktop.open_link(LINK) == 0
    assert own_desktop.wait_started() == (LINK,)


def test_link_is_shown_where_the_server_is_away(
    server: Server, sqlite_installation: Installation, own_desktop: Desktop, helper: Helper
) -> None:
    helper.pair(server.address, make_code(sqlite_installation))
    own_desktop.register("http")
    kept = helper.home / ".config/webdial-desktop/pairing.json"
    kept.write_text(kept.read_text().replace(server.address, "http://127.0.0.1:9"))
    helper.run("register")
    own_desktop.open_link(LINK)
    assert own_desktop.wait_started() == ("http://127.0.0.1:9/dial/link?to=tel%3A%2B442079460123",)


def test_link_that_comes_back_ends(own_desktop: Desktop, helper: Helper) -> None:
    helper.environment["WEBDIAL_DESKTOP_OPENED"] = "1"
    done = helper.run("open", LINK)
    assert (done.returncode, "in a circle" in done.stderr) == (1, True)
