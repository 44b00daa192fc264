"""docs/reference/faults.md is the table that the tests try."""

from tests.docs.faults import BEGIN, END, PAGE, table


def test_page_has_the_table_that_is_tried() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.partition(BEGIN)[2].partition(END)[0].strip() == table()
