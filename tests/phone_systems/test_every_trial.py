"""What holds for every phone system that is reached over HTTP, whatever is peculiar to it."""

import pytest
import trustme

from tests.phone_systems import (
    test_handset_calls,
    test_hosted_one_calls,
    test_hosted_two_calls,
    test_pbx_calls,
)
from tests.phone_systems.trials import (
    Trial,
    check_failure_by_status,
    check_failure_in_body,
    check_lapsed_log_in,
    check_log_in_that_never_holds,
    check_success,
)

TRIALS = (
    *test_pbx_calls.TRIALS,
    *test_hosted_one_calls.TRIALS,
    *test_hosted_two_calls.TRIALS,
    *test_handset_calls.TRIALS,
)
FAILING_IN_BODY = [trial for trial in TRIALS if trial.body_message is not None]
KEEPING = [trial for trial in TRIALS if trial.keeps_log_in]


@pytest.mark.parametrize("trial", TRIALS, ids=str)
async def test_exact_request_places_one_call(trial: Trial, authority: trustme.CA) -> None:
    await check_success(trial, authority)


@pytest.mark.parametrize("trial", FAILING_IN_BODY, ids=str)
async def test_failure_in_body_is_rejected(trial: Trial, authority: trustme.CA) -> None:
    await check_failure_in_body(trial, authority)


@pytest.mark.parametrize("trial", TRIALS, ids=str)
async def test_failure_by_status_is_told(trial: Trial, authority: trustme.CA) -> None:
    await check_failure_by_status(trial, authority)


@pytest.mark.parametrize("trial", KEEPING, ids=str)
async def test_lapsed_log_in_is_renewed_once(trial: Trial, authority: trustme.CA) -> None:
    await check_lapsed_log_in(trial, authority)


@pytest.mark.parametrize("trial", KEEPING, ids=str)
async def test_log_in_that_never_holds_ends(trial: Trial, authority: trustme.CA) -> None:
    await check_log_in_that_never_holds(trial, authority)
