"""What a value of a general setting would send, shown without sending."""

from dataclasses import dataclass, field
from typing import Final

from webdial.dialstring import HttpRequest, Link, Plan
from webdial.errors import WebdialError
from webdial.exchange.configuration import Caller, Configuration, Source
from webdial.exchange.general_settings import (
    MECHANISM,
    SettingDefinition,
    is_function,
    may_name_a_system,
)
from webdial.exchange.mechanism import read_mechanism
from webdial.exchange.named_hosts import check_plan_of
from webdial.exchange.resolving import Resolver, show_nothing
from webdial.language import translate
from webdial.numbers import clean_number
from webdial.site.domain.general_settings import setting_view
from webdial.site.domain.phone_systems import setup_by_name
from webdial.site.models import Branch, PhoneSystemSetup, User
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
    is not previewed: it may take its time, and it reads the settings that are kept. `setup` is the phone
    system that the value names; its own page tests it.
    """

    sample: Sample
    choice: UserChoice | None = None
    error: ShownError | None = None
    plan: ShownPlan | None = None
    sample_error: ShownError | None = None
    note: str = ""
    is_function: bool = False
    setup: PhoneSystemSetup | None = None


def shown_plan(plan: Plan) -> ShownPlan:
    match plan:
        case HttpRequest():
            masked = plan.masked()
            return ShownPlan(masked.url, masked.method, masked.headers, masked.body)
        case Link():
            return ShownPlan(plan.url)


def check_value(
    definition: SettingDefinition | None,
    value: str,
    *,
    branch: Branch | None,
    sample: Sample,
    configuration: Configuration,
) -> Check:
    """Look at `value` as it would be kept for `branch` (None: all), and preview a dial string.

    All other settings of the preview are those of `configuration`.
    """
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
    if may_name_a_system(value):
        return _named(value, sample)
    return _previewed(value, branch, sample, configuration)


def _named(value: str, sample: Sample) -> Check:
    try:
        return Check(sample, setup=setup_by_name(value))
    except WebdialError as error:
        return Check(sample, error=show_error(error, field="value"))


def _previewed(
    value: str, branch: Branch | None, sample: Sample, configuration: Configuration
) -> Check:
    choice = chosen_user(sample.user)
    if choice.user is None:
        return Check(sample, choice, sample_error=choice.error)
    try:
        number = clean_number(sample.number)
    except WebdialError as error:
        return Check(sample, choice, sample_error=show_error(error, field="number"))
    note = _note(choice.user, branch)
    try:
        string = read_mechanism(value).dial_string()
        resolver = Resolver(configuration, _caller(choice.user), number, show_nothing)
        plan = string.plan(resolver.for_string(string))
        check_plan_of(string, plan, configuration)
    except WebdialError as error:
        return Check(sample, choice, sample_error=show_error(error), note=note)
    return Check(sample, choice, plan=shown_plan(plan), note=note)


def _caller(user: User) -> Caller:
    """The user as the exchange would know them, also one who may not call."""
    extension, branch_name = user.extension or None, user.branch.name if user.branch else ""
    return Caller(
        user.pk, user.login, user.staff_id, user.name, extension, user.branch_id, branch_name
    )


def _note(user: User, branch: Branch | None) -> str:
    """Why `user` would not dial by a value kept for `branch`, if that is so."""
    if branch is not None:
        where = (
            translate("belongs to {branch}", branch=user.branch)
            if user.branch
            else translate("has no branch")
        )
        return (
            ""
            if user.branch == branch
            else translate("{name} {where}: this value is not theirs.", name=user.name, where=where)
        )
    own = setting_view(MECHANISM.name, branch=user.branch).effective.source is Source.BRANCH
    return (
        translate(
            "{name} dials by the own value of the branch {branch}.",
            name=user.name,
            branch=user.branch,
        )
        if own
        else ""
    )
