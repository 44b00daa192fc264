"""docs/reference/rights.md says what webdial.site.domain.rights holds."""

import pytest

from tests.docs.manual import page, unquoted
from webdial.exchange.general_settings import key_of
from webdial.site.domain.rights import BRANCH_SETTINGS, RIGHTS, ROLES, Reach, Right
from webdial.site.models import Role

PAGE = page("docs/reference/rights.md")
WHOSE = {Reach.OWN: "their own", Reach.BRANCH: "their branch", Reach.ALL: "all"}


def told(right: Right) -> str:
    if right.change is not Reach.NONE:
        assert right.change is right.read
        return f"changes {WHOSE[right.change]}"
    return f"reads {WHOSE[right.read]}" if right.read is not Reach.NONE else ""


def test_table_is_that_of_the_program() -> None:
    head, *rows = next(table for table in PAGE.tables if table[0][0] == "right")
    assert head[1:] == [role.label for role in ROLES]
    assert [[unquoted(cell) for cell in row] for row in rows] == [
        [subject.value, *(told(row[role]) for role in ROLES)] for subject, row in RIGHTS.items()
    ]


def test_every_role_has_its_rights() -> None:
    assert set(ROLES) == set(Role)


@pytest.mark.parametrize("role", [Role.BRANCH_MANAGER, Role.FUNCTION_AUTHOR, Role.AUDITOR])
def test_every_role_above_a_caller_is_described(role: Role) -> None:
    assert role.label in PAGE.sections(2)


def test_settings_of_a_branch_manager_are_those_of_the_program() -> None:
    _, *rows = next(table for table in PAGE.tables if table[0][0].startswith("setting"))
    names = [row[0].partition("]")[0].removeprefix("[") for row in rows]
    assert {key_of(name) for name in names} == BRANCH_SETTINGS
    assert len(names) == len(BRANCH_SETTINGS)
