"""docs/reference/environment.md describes every variable, as the program itself does."""

from tests.docs.manual import page, unquoted
from webdial.environment import VARIABLES


def test_table_is_what_the_program_reads() -> None:
    overview = page("docs/reference/environment.md").text.partition("\n## ")[0]
    rows = type(page("README.md"))(overview).table("name", "default", "meaning")
    told = {(unquoted(name), default, meaning) for name, default, meaning in rows}
    assert told == {(each.name, each.default, each.help) for each in VARIABLES}
