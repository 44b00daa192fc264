"""Who of us rang somebody, and when: the call log read by the numbers of a person or a company.

Calls keep what was dialled, which each branch writes in its own way. So every way is looked for in which
one of the numbers may have been dialled by the settings of today.
"""

from collections.abc import Iterable
from typing import Final

from django.db.models import QuerySet

from webdial.errors import WebdialError
from webdial.exchange.configuration import Configuration
from webdial.exchange.numbering import rules_in_force
from webdial.numbers import BranchRules, CleanNumber, NumberError, clean_number, follow
from webdial.numbers.forms import dialled_number
from webdial.site.domain.calls import sight_of
from webdial.site.models import Call, Company, Person, User

_MOST_RULES: Final = 50
"""Branches with different settings that are looked at; more would be a query without end."""


def calls_to(
    owner: Person | Company, *, seen_by: User, configuration: Configuration
) -> QuerySet[Call]:
    """Calls to any of the owner's numbers that this user may see, newest first."""
    numbers = [phone.number for phone in owner.phones.all()]
    dialled = spellings(numbers, _rules_of(configuration))
    calls = sight_of(seen_by).calls().filter(dialled__in=dialled)
    return calls.select_related("user", "branch").order_by("-id")


def spellings(numbers: Iterable[str], rules: Iterable[BranchRules]) -> list[str]:
    """All that may have been dialled for one of these numbers."""
    found: dict[str, None] = {}
    for each in rules:
        for number in numbers:
            found.update(dict.fromkeys(_dialled(number, each)))
    return list(found)


def _dialled(typed: str, rules: BranchRules) -> Iterable[str]:
    try:
        number = clean_number(typed)
    except NumberError:  # it was kept by an earlier version with other rules
        return
    yield number.dialled
    forms = dialled_number(number, country=rules.country, internal=rules.internal).forms
    if forms is not None:
        yield from (forms.e164, forms.digits, forms.international, forms.national, forms.at_home)
    yield from _by_rules(number, rules)


def _by_rules(number: CleanNumber, rules: BranchRules) -> Iterable[str]:
    try:
        yield follow(number, rules).dialled
    except WebdialError:  # a rule at fault dials nothing
        return


def _rules_of(configuration: Configuration) -> list[BranchRules]:
    """The settings for numbers of all branches, each combination once."""
    found: dict[int, BranchRules] = {}
    for branch_id in (None, *configuration.branches):
        try:
            rules = rules_in_force(configuration, branch_id)
        except WebdialError:  # a setting at fault dials nothing
            continue
        found.setdefault(id(rules), rules)
        if len(found) >= _MOST_RULES:
            break
    return list(found.values())
