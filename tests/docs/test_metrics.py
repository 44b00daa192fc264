"""docs/how-to/watch-it.md describes every figure, and its rules and examples use no other."""

import json
import re

from prometheus_client import Counter, Gauge, Histogram

from tests.docs.manual import page, unquoted
from webdial.metrics import Metrics

PAGE = page("docs/how-to/watch-it.md")
LOOKED_AT = {
    "webdial_journal_waiting",
    "webdial_journal_late_now",
    "webdial_configuration_revision",
}


def figures() -> dict[str, set[str]]:
    """Labels by figure, as the page writes it; those of `show` stand in webdial.asgi."""
    found: dict[str, set[str]] = {name: set() for name in LOOKED_AT}
    for figure in vars(Metrics()).values():
        if isinstance(figure, Counter | Gauge | Histogram):
            (family,) = figure.describe()
            name = f"{family.name}_total" if family.type == "counter" else family.name
            found[name] = set(figure._labelnames)
    return found | {"webdial_build_info": {"version"}}


def test_every_figure_is_described_with_its_labels() -> None:
    rows = PAGE.table("figure", "labels", "what it is")
    told = {unquoted(row[0]): set(re.findall(r"`(\w+)`", row[1])) for row in rows}
    assert told == figures()


def test_alert_rules_use_figures_and_labels_that_there_are() -> None:
    known = figures()
    (rules,) = [fence.text for fence in PAGE.fences if "alert:" in fence.text]
    used = re.findall(r"\b(webdial_\w+?)(?:_bucket)?(?:\{(\w+)|\[| )", rules)
    assert len(used) > 6
    assert [name for name, _ in used if name not in known] == []
    assert [(name, label) for name, label in used if label and label not in known[name]] == []


def test_examples_of_log_lines_are_json() -> None:
    lines = [
        json.loads(line)
        for fence in PAGE.fences
        if fence.info == "json"
        for line in fence.text.splitlines()
    ]
    assert [line.get("message") for line in lines] == [
        None, "call begun", "phone system answered", "call ended",
    ]  # fmt: skip
