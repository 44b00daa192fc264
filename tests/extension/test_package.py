"""What the packages hold: the same bytes each time, no more access than is told, texts in both languages."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

import webdial
from tests.bundles import digest_of_sources
from tests.extension.pack import ROOT, pack
from webdial.browser_extension import KINDS, SOURCE, files_of, manifest_of, package, package_names

EXTENSION = ROOT / "extension"
BUNDLE = (SOURCE / "phone-numbers.js").read_text(encoding="utf-8")
OWN_SCRIPTS = sorted(file for file in SOURCE.rglob("*.js") if file.name != "phone-numbers.js")


def messages(language: str) -> Any:
    file = SOURCE / "_locales" / language / "messages.json"
    return json.loads(file.read_text(encoding="utf-8"))


def test_packages_hold_the_files_of_their_browser(tmp_path: Path) -> None:
    packages = pack(tmp_path)
    assert [package_names()[file.name] for file in packages] == list(KINDS)
    for file, kind in zip(packages, KINDS, strict=True):
        with zipfile.ZipFile(file) as archive:
            assert archive.testzip() is None
            assert archive.namelist() == list(files_of(kind))
            assert json.loads(archive.read("manifest.json")) == manifest_of(kind)
            assert not {"chromium.json", "firefox.json"} & set(archive.namelist())


@pytest.mark.parametrize("kind", KINDS)
def test_packed_twice_is_the_same(kind: str) -> None:
    assert package.__wrapped__(kind) == package.__wrapped__(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_access_is_what_the_manual_says(kind: str) -> None:
    manifest = manifest_of(kind)
    assert manifest["manifest_version"] == 3
    assert manifest["version"] == webdial.__version__
    assert manifest["permissions"] == ["activeTab", "contextMenus", "scripting", "storage"]
    assert manifest["optional_host_permissions"] == ["https://*/*", "http://*/*"]
    given = (
        "host_permissions",
        "content_scripts",
        "externally_connectable",
        "web_accessible_resources",
    )
    assert not set(given) & set(manifest)
    manual = (ROOT / "docs" / "how-to" / "dial-from-the-browser.md").read_text(encoding="utf-8")
    for permission in manifest["permissions"]:
        assert f"`{permission}`" in manual


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_that_is_named_is_there(kind: str) -> None:
    files = files_of(kind)
    text = "\n".join(
        content.decode("utf-8", "ignore")
        for name, content in files.items()
        if name.endswith((".js", ".json", ".html"))
    )
    named = set(re.findall(r'"((?:content/|icons/)?[\w-]+\.(?:js|css|html|png|json))"', text))
    assert {"background.js", "dial.html", "content/scan.js", "icons/128.png"} <= named
    assert named <= set(files)
    imported = set(re.findall(r'from "\./([\w-]+\.js)"', text))
    assert imported <= set(files)


def test_both_languages_say_everything() -> None:
    english, german = messages("en"), messages("de")
    assert set(english) <= set(german)
    own = set(german) - set(english)
    assert all(name.startswith("outcome_") for name in own)  # English ones come from the site
    for name in english:
        places = [
            set(re.findall(r"\$\w+\$|%s", each[name]["message"])) for each in (english, german)
        ]
        assert places[0] == places[1], name


def test_texts_are_those_that_are_used() -> None:
    used: set[str] = set()
    for file in [*OWN_SCRIPTS, *SOURCE.glob("*.html"), SOURCE / "manifest.json"]:
        content = file.read_text(encoding="utf-8")
        used |= set(re.findall(r'(?:data-text=|\btext\(|getMessage\()"(\w+)"', content))
        used |= set(re.findall(r"__MSG_(\w+)__", content))
        for pair in re.findall(r'\btext\(\w+ \? "(\w+)" : "(\w+)"\)', content):
            used |= set(pair)
    given = {name for name in messages("en") if not name.startswith(("error_", "outcome_"))}
    assert used - {"error_unknown"} == given


def test_outcomes_that_are_translated_exist() -> None:
    from webdial.exchange.outcome import Outcome  # noqa: PLC0415

    told = {name.removeprefix("outcome_") for name in messages("de") if name.startswith("outcome_")}
    assert told <= {outcome.value for outcome in Outcome}


@pytest.mark.parametrize("file", OWN_SCRIPTS, ids=lambda file: file.name)
def test_no_script_makes_code_or_markup_of_text(file: Path) -> None:
    content = file.read_text(encoding="utf-8")
    assert not re.search(
        r"\beval\(|new Function\(|innerHTML|outerHTML|insertAdjacent|document\.write", content
    )


def test_only_the_small_window_places_calls() -> None:
    placing = [file.name for file in OWN_SCRIPTS if "placeCall" in file.read_text(encoding="utf-8")]
    assert placing == ["dial.js", "site.js"]
    asking = [
        file.name
        for file in OWN_SCRIPTS
        if re.search(
            r"\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon", file.read_text(encoding="utf-8")
        )
    ]
    assert asking == ["site.js"]


def test_bundle_is_made_of_the_sources_that_stand_here() -> None:
    made_from = re.match(r"/\* Made by extension/build\.js from ([0-9a-f]{64})\.", BUNDLE)
    assert made_from is not None
    digest = digest_of_sources(EXTENSION, ["library.js"])
    assert made_from[1] == digest, "run `npm run build` in extension/ and commit it"


def test_bundle_loads_nothing_and_makes_no_code() -> None:
    assert not re.search(r"https?://|\beval\(|new Function\(|import\(", BUNDLE)


def test_library_has_its_licences_beside_it_and_the_lock_names_no_registry() -> None:
    lock = (EXTENSION / "package-lock.json").read_text(encoding="utf-8")
    version = json.loads(lock)["packages"]["node_modules/libphonenumber-js"]["version"]
    told = (SOURCE / "phone-numbers.licences.txt").read_text(encoding="utf-8")
    assert f"libphonenumber-js {version} (MIT)\n\n" in told
    assert "Permission is hereby granted" in told
    assert "Apache License" in told
    assert '"resolved"' not in lock
