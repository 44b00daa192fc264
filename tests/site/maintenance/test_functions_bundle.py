"""The editor's bundle: made of the sources that stand here, with its licences, and self-contained."""

import json
import re
from pathlib import Path

import pytest

from tests.bundles import digest_of_sources
from webdial.site.assets import assets_folders

EDITOR = Path(__file__).parents[3] / "editor"
STATIC = assets_folders()[0]
BUNDLE = STATIC / "function-editor.js"
LICENCES = STATIC / "function-editor.licences.txt"
TEMPLATES = STATIC.parent / "templates"


@pytest.fixture(scope="module")
def bundle() -> str:
    return BUNDLE.read_text(encoding="utf-8")


def test_bundle_is_made_of_the_sources_that_stand_here(bundle: str) -> None:
    made_from = re.match(r"/\* Made by editor/build\.js from ([0-9a-f]{64})\.", bundle)
    assert made_from is not None
    sources = [f"source/{file.name}" for file in (EDITOR / "source").iterdir()]
    assert made_from[1] == digest_of_sources(EDITOR, sources), (
        "run `npm run build` in editor/ and commit it"
    )


def test_every_package_in_the_bundle_has_its_licence_beside_it() -> None:
    locked = json.loads((EDITOR / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    told = LICENCES.read_text(encoding="utf-8")
    for path, package in locked.items():
        if path and not package.get("dev"):
            name = path.removeprefix("node_modules/")
            _, found, rest = told.partition(f"{name} {package['version']} (MIT)\n\n")
            assert found, name
            assert "Permission is hereby granted" in rest.partition("-" * 72)[0], name


def test_lock_file_names_no_registry() -> None:
    lock = (EDITOR / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert "http" not in lock.replace('"url": "https://opencollective.com', "")


def test_bundle_loads_nothing_from_elsewhere_and_makes_no_code(bundle: str) -> None:
    addresses = set(re.findall(r"https?://[\w.-]+", bundle))
    assert addresses <= {"http://www.w3.org"}  # the name space of SVG
    assert not re.search(r"\beval\(|new Function\(|import\(", bundle)


def test_only_the_editors_page_loads_it() -> None:
    loading = [
        str(file.relative_to(TEMPLATES))
        for file in TEMPLATES.rglob("*.html")
        if "function-editor.js" in file.read_text(encoding="utf-8")
    ]
    assert loading == ["maintenance/functions/editor.html"]
