"""On what terms a call is put on disk: what must hold across every process and every node.

Terms are looked at in the journal's own transaction, together with the entry that they belong to. Two
nodes that place a call at the same moment are therefore told apart by the database and by nothing of
ours. A call that does not meet its terms is not written, and so not placed.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from webdial.errors import CallNotPlacedError
from webdial.language import translate
from webdial.values import value_class


@value_class(frozen=True, slots=True)
class Claim:
    """`key` is this call's until `until`. Who claims it meanwhile is told of this call instead.

    Keys have at most 200 characters; what is longer, or personal, is digested before.
    """

    key: str
    until: datetime


@value_class(frozen=True, slots=True)
class Tally:
    """The call is counted under `key`, in the window of `window_s` seconds that it begins in.

    With `limit` calls counted in that window it is refused. Windows begin at whole multiples of their
    length since the epoch (a minute's at its second 0, a day's at midnight UTC).
    """

    key: str
    window_s: int
    limit: int


@value_class(frozen=True, slots=True)
class Terms:
    """All claims are free and no tally is full, or the call is not written and nothing is counted."""

    claims: tuple[Claim, ...] = ()
    tallies: tuple[Tally, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.claims or self.tallies)


NO_TERMS: Final = Terms()


class ClaimedError(CallNotPlacedError):
    """Another call, `call_id`, holds `claim`."""

    code = "claimed"

    def __init__(self, claim: Claim, call_id: UUID) -> None:
        super().__init__(translate("The same call is being placed already."))
        self.claim = claim
        self.call_id = call_id


class TallyFullError(CallNotPlacedError):
    """`tally` has counted all the calls that it allows."""

    code = "too_many_calls"

    def __init__(self, tally: Tally) -> None:
        super().__init__(translate("Too many calls have been placed in this time."))
        self.tally = tally
