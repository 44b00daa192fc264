"""The circuit breaker: what it does in every order of calls, answers, failures, nodes and clocks."""

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    precondition,
    rule,
)

from webdial.exchange.breaker import (
    FIRST_PAUSE_S,
    TRIAL_LASTS_S,
    Breaker,
    BreakerState,
    Held,
    Pass,
    Patience,
)

PATIENCE = Patience(failures=3, longest_pause_s=60.0)


class HandClock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def opened(clock: HandClock) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(3):
        given = breaker.admit()
        assert given is not None
        breaker.failed(given, "unreachable", PATIENCE)
    assert breaker.state is BreakerState.OPEN
    return breaker


def test_failures_in_a_row_open_it_and_an_answer_between_does_not() -> None:
    breaker = Breaker(HandClock())
    for _ in range(5):
        breaker.failed(breaker.admit_anyway(), "timed_out", PATIENCE)
        breaker.failed(breaker.admit_anyway(), "timed_out", PATIENCE)
        breaker.answered(breaker.admit_anyway())
    assert breaker.state is BreakerState.CLOSED


def test_after_the_pause_one_call_goes_through_and_its_answer_closes() -> None:
    clock = HandClock()
    breaker = opened(clock)
    assert (breaker.admit(), breaker.wait_s) == (None, FIRST_PAUSE_S)
    clock.now += FIRST_PAUSE_S
    trial = breaker.admit()
    assert trial is not None
    assert trial.is_trial
    assert breaker.state is BreakerState.TRYING
    assert breaker.admit() is None
    breaker.answered(trial)
    assert breaker.state is BreakerState.CLOSED
    assert breaker.admit() is not None


def test_every_trial_that_fails_doubles_the_pause_up_to_the_longest() -> None:
    clock = HandClock()
    breaker = opened(clock)
    pauses = []
    for _ in range(6):
        pauses.append(breaker.wait_s)
        clock.now += breaker.wait_s
        trial = breaker.admit()
        assert trial is not None
        breaker.failed(trial, "unreachable", PATIENCE)
    assert pauses == [5.0, 10.0, 20.0, 40.0, 60.0, 60.0]
    assert breaker.held is not None
    assert (breaker.held.since, breaker.held.failures) == (1_000_000.0, 9)


def test_calls_that_time_out_together_open_it_once() -> None:
    clock = HandClock()
    breaker = Breaker(clock)
    many = [breaker.admit_anyway() for _ in range(100)]
    for given in many:
        breaker.failed(given, "timed_out", PATIENCE)
    assert (breaker.wait_s, breaker.failures) == (FIRST_PAUSE_S, 3)


def test_late_failures_of_before_do_not_open_it_anew() -> None:
    clock = HandClock()
    breaker = Breaker(clock)
    many = [breaker.admit_anyway() for _ in range(100)]
    for given in many[:3]:
        breaker.failed(given, "timed_out", PATIENCE)
    clock.now += FIRST_PAUSE_S
    trial = breaker.admit()
    assert trial is not None
    breaker.answered(trial)
    for given in many[3:]:
        breaker.failed(given, "timed_out", PATIENCE)
    assert breaker.state is BreakerState.CLOSED


def test_late_answer_closes_it() -> None:
    breaker = Breaker(HandClock())
    many = [breaker.admit_anyway() for _ in range(4)]
    for given in many[:3]:
        breaker.failed(given, "timed_out", PATIENCE)
    assert breaker.state is BreakerState.OPEN
    breaker.answered(many[3])
    assert breaker.state is BreakerState.CLOSED


def test_trial_that_tells_nothing_is_followed_by_another_at_once() -> None:
    clock = HandClock()
    breaker = opened(clock)
    clock.now += FIRST_PAUSE_S
    trial = breaker.admit()
    assert trial is not None
    breaker.unknown(trial)
    assert breaker.state is BreakerState.OPEN
    assert breaker.admit() is not None


def test_without_a_number_of_failures_it_never_opens() -> None:
    breaker = Breaker(HandClock())
    for _ in range(1000):
        breaker.failed(breaker.admit_anyway(), "unreachable", Patience(failures=None))
    assert breaker.state is BreakerState.CLOSED


def test_trial_of_another_node_is_waited_for_and_given_up_when_that_node_is_gone() -> None:
    clock = HandClock()
    breaker = Breaker(clock)
    breaker.adopt(Held(clock.now, clock.now + TRIAL_LASTS_S, 5.0, 3, "unreachable", True))
    assert breaker.admit() is None
    clock.now += TRIAL_LASTS_S
    assert breaker.admit() is not None


def test_clock_that_is_set_back_makes_no_endless_pause() -> None:
    clock = HandClock()
    breaker = opened(clock)
    clock.now -= 86_400
    assert breaker.admit() is None
    clock.now += FIRST_PAUSE_S
    assert breaker.admit() is not None


class AnyOrder(RuleBasedStateMachine):
    """Calls begin and end in any order, on time and late; another node speaks up; time passes."""

    passes = Bundle("passes")

    def __init__(self) -> None:
        super().__init__()
        self.clock = HandClock()
        self.breaker = Breaker(self.clock)
        self.trials: set[int] = set()
        self.alive: dict[int, Pass] = {}

    @rule(target=passes)
    def begin(self) -> Pass | None:
        was, due = self.breaker.state, self.breaker.wait_s <= 0
        given = self.breaker.admit()
        if was is BreakerState.CLOSED:
            assert given is not None
            assert not given.is_trial
        elif given is None:
            assert not due or self.trials
        else:
            assert given.is_trial
            assert due
            assert not self.trials
            self.trials.add(id(given))
        if given is not None:
            self.alive[id(given)] = given  # so that no other gets its identity
        return given

    @rule(target=passes)
    def begin_knowingly(self) -> Pass:
        given = self.breaker.admit_anyway()
        self.alive[id(given)] = given
        return given

    @rule(given=consumes(passes))
    def answered(self, given: Pass | None) -> None:
        if given is not None:
            self.trials.discard(id(given))
            self.breaker.answered(given)
            assert self.breaker.state is BreakerState.CLOSED
            assert self.breaker.failures == 0

    @rule(given=consumes(passes))
    def failed(self, given: Pass | None) -> None:
        if given is None:
            return
        before = self.breaker.held
        self.trials.discard(id(given))
        self.breaker.failed(given, "refused", PATIENCE)
        after = self.breaker.held
        assert after is not None or before is None
        if before is not None and not given.is_trial:
            assert after == before

    @rule(given=consumes(passes))
    def unknown(self, given: Pass | None) -> None:
        if given is not None:
            self.trials.discard(id(given))
            self.breaker.unknown(given)

    @rule(seconds=st.floats(0, 200))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule(seconds=st.floats(0, 1e6))
    def clock_is_set_back(self, seconds: float) -> None:
        self.clock.now -= seconds

    @rule(wait_s=st.floats(0, 60), pause_s=st.floats(5, 60), is_trying=st.booleans())
    def another_node_opens(self, wait_s: float, pause_s: float, is_trying: bool) -> None:
        retry_at = self.clock.now + min(wait_s, pause_s)
        self.breaker.adopt(Held(self.clock.now, retry_at, pause_s, 3, "refused", is_trying))

    @rule()
    def another_node_closes(self) -> None:
        self.breaker.adopt(None)

    @precondition(lambda self: self.breaker.held is not None and not self.trials)
    @rule()
    def it_is_tried_again_whatever_has_happened(self) -> None:
        given = self.breaker.admit()  # from here on a clock that was set back is known
        if given is None:
            self.clock.now += max(PATIENCE.longest_pause_s, TRIAL_LASTS_S)
            given = self.breaker.admit()
        assert given is not None
        self.breaker.unknown(given)

    @invariant()
    def pause_is_within_its_bounds(self) -> None:
        held = self.breaker.held
        if held is not None:
            assert FIRST_PAUSE_S <= held.pause_s <= PATIENCE.longest_pause_s
            assert held.failures >= PATIENCE.failures  # type: ignore[operator]
        else:
            assert self.breaker.failures < PATIENCE.failures  # type: ignore[operator]


TestAnyOrder = AnyOrder.TestCase
