"""What a value of a general setting would send, shown without sending."""

from dataclasses import dataclass, field
from typing import Final

from webdial.dialstring import HttpRequest, Link, Plan, Values
from webdial.errors import WebdialError
from webdial.exchange.configuration import Source
from webdial.exchange.general_settings import MECHANISM, SettingDefinition, is_function
from webdial.exchange.mechanism import read_mechanism
from webdial.numbers import clean_number
from webdial.site.domain.general_settings import setting_view
from webdial.site.models import Branch, User
from webdial.site.pages.maintenance.user_choice import UserChoice, chosen_user
from webdial.site.pages.shown_errors import ShownError, show_error

SAMPLE_NUMBER: Final = "020 7946 0123"
"""Of the range that Ofcom keeps for drama (020 7946 0000 to 0999): nobody's number."""


@dataclass(frozen=True, slots=True)
class ShownPlan:
    """A request with its secrets masked, or a link; `method` is empty for a link."""

    url: str
    method: str = ""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Sample:
    """For whom and with which number a preview is made, as typed."""

    user: str
    number: str = SAMPLE_NUMBER


@dataclass(frozen=True, slots=True)
class Check:
    """A value that was looked at and not kept.

    `error` is the value's own; `sample_error` says why there is no preview although the value is
    good. `note` says when the sample's user dials by another value. What a database function makes
    is not previewed: it may take its time, and it reads the settings that are kept.
    """

    sample: Sample
    choice: UserChoice | None = None
    error: ShownError | None = None
    plan: ShownPlan | None = None
    sample_error: ShownError | None = None
    note: str = ""
    is_function: bool = False


def shown_plan(plan: Plan) -> ShownPlan:
    match plan:
        case HttpRequest():
            masked = plan.masked()
            return ShownPlan(masked.url, masked.method, masked.headers, masked.body)
        case Link():
            return ShownPlan(plan.url)


def check_value(
    definition: SettingDefinition | None, value: str, *, branch: Branch | None, sample: Sample
) -> Check:
    """Look at `value` as it would be kept for `branch` (None: all), and preview a dial string."""
    if definition is None:
        return Check(sample)
    try:
        definition.check(value)
    except WebdialError as error:
        return Check(sample, error=show_error(error, field="value"))
    if definition is not MECHANISM:
        return Check(sample)
    if is_function(value):
        return Check(sample, is_function=True)
    return _previewed(value, branch, sample)


def _previewed(value: str, branch: Branch | None, sample: Sample) -> Check:
    choice = chosen_user(sample.user)
    if choice.user is None:
        return Check(sample, choice, sample_error=choice.error)
    try:
        number = clean_number(sample.number)
    except WebdialError as error:
        return Check(sample, choice, sample_error=show_error(error, field="number"))
    note = _note(choice.user, branch)
    try:
        values = Values(number.dialled, choice.user.extension or None)
        plan = read_mechanism(value).dial_string().plan(values)
    except WebdialError as error:
        return Check(sample, choice, sample_error=show_error(error), note=note)
    return Check(sample, choice, plan=shown_plan(plan), note=note)


def _note(user: User, branch: Branch | None) -> str:
    """Why `user` would not dial by a value kept for `branch`, if that is so."""
    if branch is not None:
        where = f"belongs to {user.branch}" if user.branch else "has no branch"
        return "" if user.branch == branch else f"{user.name} {where}: this value is not theirs."
    own = setting_view(MECHANISM.name, branch=user.branch).effective.source is Source.BRANCH
    return f"{user.name} dials by the own value of the branch {user.branch}." if own else ""
