"""A link that sets a password works once and for a day, and signs nobody in."""

import re

from tests.promises.attacked import AttackedSite
from tests.promises.proofs import proven_by

test_proven_elsewhere = proven_by(
    "tests/site/accounts/test_account_settings.py::test_mail_needs_the_address_that_its_links_begin_with",
    "tests/site/accounts/test_password_links.py::test_administrators_link_is_shown_once_and_works_once",
    "tests/site/accounts/test_password_links.py::test_link_lasts_24_hours",
    "tests/site/accounts/test_password_links.py::test_link_signs_nobody_in_and_ends_sessions",
    "tests/site/accounts/test_second_factor.py::test_new_password_by_link_leaves_the_second_factor",
)


def link_for(attacked: AttackedSite, login: str) -> str:
    done = attacked.installation.run("user", "link", login)
    found = re.search(r"/sign-in/link/\S+", done.stdout)
    assert found, done.stdout + done.stderr
    return found[0]


def test_link_works_once_and_signs_nobody_in(attacked: AttackedSite) -> None:
    attacked.hire("lena")
    path, new = (
        link_for(attacked, "lena"),
        {"new": "violet ladder nine", "repeated": "violet ladder nine"},
    )
    finder = attacked.nobody()
    assert finder.get(path).status == 200  # looking at it, as a mail scanner does, uses nothing up
    assert finder.submit(path, **new).status == 302
    assert finder.get("/dial").headers["Location"].startswith("/sign-in")
    assert finder.get(path).status == 404
    assert finder.submit(path, **new).status == 404
    assert attacked.browser("lena").get("/dial").status == 302  # her open sessions ended


def test_link_of_one_is_of_no_use_for_another(attacked: AttackedSite) -> None:
    attacked.hire("lars")
    before = attacked.rows("webdial_user")
    _, _, _, who, token = link_for(attacked, "lars").rsplit("?")[0].split("/")
    other = "MQ" if who != "MQ" else "Mg"
    new = {"new": "violet ladder nine", "repeated": "violet ladder nine"}
    for wrong in (
        f"{other}/{token}",
        f"{who}/{token[:-1]}",
        f"{who}/{token[::-1]}",
        f"{who}/set-password",
    ):
        assert attacked.nobody().submit(f"/sign-in/link/{wrong}", **new).status == 404, wrong
    assert attacked.rows("webdial_user") == before


def test_link_is_kept_nowhere(attacked: AttackedSite) -> None:
    attacked.hire("liam")
    token = link_for(attacked, "liam").rpartition("/")[2]
    files = [file for file in attacked.installation.folder.rglob("*") if file.is_file()]
    assert [file.name for file in files if token.encode() in file.read_bytes()] == []
