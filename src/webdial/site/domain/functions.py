"""The database function Generate Web Dial URL: its versions, saving and trying."""

from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from webdial.dialstring import Plan, Values
from webdial.errors import InvalidValueError, NotFoundError, WebdialError
from webdial.exchange.configuration import Configuration
from webdial.exchange.mechanism import function_result
from webdial.exchange.named_hosts import check_plan
from webdial.exchange.numbering import path_in_force
from webdial.exchange.resolving import Resolver, show_nothing
from webdial.language import translate
from webdial.numbers import clean_number
from webdial.site.domain.acting import COMMAND_LINE
from webdial.site.domain.changes import keep_change
from webdial.site.domain.configuration import configuration_change, source_in_force
from webdial.site.function_runner import DatabaseFunction, compiled
from webdial.site.models import ChangeSubject, FunctionVersion, User
from webdial.watcom import CallResult

__all__ = [
    "FunctionTrial",
    "check_function",
    "list_versions",
    "save_function",
    "source_in_force",
    "try_function",
    "version_by_id",
]


FUNCTION_KEY: Final = "generate-web-dial-url"
"""Under what the history of changes keeps the function. Version 0 is the delivered text."""


@dataclass(frozen=True, slots=True)
class FunctionTrial:
    """What a call of the function gave. `plan` is None when `plan_error` says why there is none."""

    number: str
    result: CallResult
    plan: Plan | None
    plan_error: WebdialError | None


def check_function(source: str) -> None:
    """Raises FunctionError with every fault of the source, InvalidValueError when it is no text."""
    if "\x00" in source or _holds_surrogates(source):
        raise InvalidValueError(
            translate("The source holds characters that cannot be kept."), field="source"
        )
    compiled(source)


def _holds_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def list_versions() -> QuerySet[FunctionVersion]:
    """All saved versions, newest first; the first is in force."""
    return FunctionVersion.objects.select_related("author")


def version_by_id(version_id: int) -> FunctionVersion:
    """Raises NotFoundError."""
    version = FunctionVersion.objects.filter(pk=version_id).first()
    if version is None:
        raise NotFoundError(
            translate("There is no version {version_id} of the function.", version_id=version_id)
        )
    return version


def save_function(source: str, *, author: User | None, note: str = "") -> FunctionVersion | None:
    """Put a source in force as a new version; None when it is the one in force already.

    Raises FunctionError for a faulty source, and the old one stays in force.
    """
    source = source.replace("\r\n", "\n")
    check_function(source)
    if source == source_in_force():
        return None
    with configuration_change():
        before = FunctionVersion.objects.values_list("pk", flat=True).first() or 0
        version = FunctionVersion.objects.create(
            source=source,
            author=author,
            author_name=author.name if author else COMMAND_LINE.name,
            note=note[:200],
            saved_at=timezone.now(),
        )
        keep_change(
            ChangeSubject.FUNCTION, FUNCTION_KEY, "Generate Web Dial URL",
            before={"version": before}, after={"version": version.pk}, note=version.note,
        )  # fmt: skip
    return version


def try_function(
    source: str,
    typed: str,
    *,
    user_id: int,
    function: DatabaseFunction,
    configuration: Configuration,
) -> FunctionTrial:
    """Call the function of this source for a user and a number, and send nothing.

    Raises NumberError, NotFoundError for the user, FunctionError, CallNotPlacedError.
    """
    caller = configuration.caller(user_id)
    cleaned = clean_number(typed)
    number = path_in_force(configuration, caller.branch_id, cleaned).number
    result = function.call(source, number, caller, configuration)
    try:
        string, setup = function_result(result.value, configuration.setups)
        if setup is not None:
            call = Resolver(configuration, caller, cleaned, show_nothing).for_system(setup)
            plan = call.request.shown(call.values)
        else:
            assert string is not None
            plan = string.plan(Values(number, caller.extension))
        if setup is None or not setup.starts_at_computer:
            check_plan(configuration, plan)
    except WebdialError as error:
        return FunctionTrial(number, result, None, error)
    return FunctionTrial(number, result, plan, None)
