"""docs/reference/general-settings.md describes every general setting, and no other."""

import pytest

from tests.docs.manual import Page, page, unquoted
from webdial.exchange.general_settings import SETTINGS, SettingDefinition
from webdial.site.domain.general_settings import MAX_VALUE

PAGE = page("docs/reference/general-settings.md")
OTHER_SECTIONS = {"Settings of your own"}


def facts_of(section: Page) -> dict[str, str]:
    return {name: unquoted(value) for name, value in section.table("", "")}


def test_each_setting_has_a_section_and_no_other_has() -> None:
    assert set(PAGE.sections(2)) - OTHER_SECTIONS == {setting.name for setting in SETTINGS}


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_section_says_what_the_program_says(setting: SettingDefinition) -> None:
    section = PAGE.sections(2)[setting.name]
    assert facts_of(section) == {
        "Default": setting.default or "empty",
        "Unit": setting.unit,
        "Example": setting.example,
    }
    assert f"> {setting.help}" in section.text.splitlines()


def test_bound_of_a_value_is_told() -> None:
    assert f"{MAX_VALUE:,} characters" in " ".join(PAGE.text.split())
