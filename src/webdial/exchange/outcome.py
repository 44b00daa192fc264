"""What became of a call, as far as is known, and the one sentence that the caller is told.

2xx without a success rule is "sent": that the phone system took the request is known, that it dials is
not. "accepted" and "queued" say so by the phone system's own rule (docs/decisions/0013).
"""

from enum import Enum
from http import HTTPStatus

from webdial.language import Kept, retold, translatable, translate
from webdial.values import value_class


class Outcome(Enum):
    """A closed list; the values stand in the call log and in the API."""

    __hash__ = object.__hash__  # looked up several times for each call; Enum's own is slow

    PLACING = "placing"
    ACCEPTED = "accepted"
    QUEUED = "queued"
    SENT = "sent"
    HANDED_OVER = "handed_over"
    REJECTED = "rejected"
    LOG_IN_FAILED = "log_in_failed"
    BLOCKED = "blocked"
    HELD_BACK = "held_back"
    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    FAILED = "failed"
    REDIRECTED_AWAY = "redirected_away"
    HOST_UNKNOWN = "host_unknown"
    CONNECTION_REFUSED = "connection_refused"
    UNREACHABLE = "unreachable"
    CERTIFICATE_BAD = "certificate_bad"
    TLS_FAILED = "tls_failed"
    TIMED_OUT = "timed_out"
    CUT_OFF = "cut_off"
    NOT_UNDERSTOOD = "not_understood"
    INTERRUPTED = "interrupted"
    COMPUTER_AWAY = "computer_away"
    NOT_OPENED = "not_opened"

    @property
    def is_final(self) -> bool:
        return self is not Outcome.PLACING

    @property
    def is_success(self) -> bool:
        return self in _SUCCESSES

    @property
    def may_have_rung(self) -> bool:
        """Whether the phone system may have acted although it did not say so."""
        return self in _UNCERTAIN

    @property
    def label(self) -> str:
        """Two or three words for a list."""
        return translate(_LABELS[self])

    @property
    def kept_label(self) -> Kept:
        """The label to be stored: English, told in another language later."""
        return Kept(_LABELS[self])

    @property
    def sentence(self) -> str:
        told = translate(_SENTENCES[self])
        if self.may_have_rung:
            return f"{told} {translate(_MAY_HAVE_RUNG)}"
        return f"{told} {translate(PICK_UP)}" if self is Outcome.SENT else told


_UNCERTAIN = frozenset({
    Outcome.FAILED, Outcome.TIMED_OUT, Outcome.CUT_OFF,
    Outcome.NOT_UNDERSTOOD, Outcome.REDIRECTED_AWAY, Outcome.INTERRUPTED,
})  # fmt: skip
_SUCCESSES = frozenset({Outcome.ACCEPTED, Outcome.QUEUED, Outcome.SENT, Outcome.HANDED_OVER})

_LABELS = {
    Outcome.PLACING: translatable("Placing"),
    Outcome.ACCEPTED: translatable("Accepted"),
    Outcome.QUEUED: translatable("Queued"),
    Outcome.SENT: translatable("Sent"),
    Outcome.HANDED_OVER: translatable("Handed over"),
    Outcome.REJECTED: translatable("Refused"),
    Outcome.LOG_IN_FAILED: translatable("Log-in refused"),
    Outcome.BLOCKED: translatable("Blocked"),
    Outcome.HELD_BACK: translatable("Held back"),
    Outcome.ADDRESS_NOT_ALLOWED: translatable("Not allowed"),
    Outcome.FAILED: translatable("Error"),
    Outcome.REDIRECTED_AWAY: translatable("Sent elsewhere"),
    Outcome.HOST_UNKNOWN: translatable("Name not found"),
    Outcome.CONNECTION_REFUSED: translatable("Not listening"),
    Outcome.UNREACHABLE: translatable("Not reachable"),
    Outcome.CERTIFICATE_BAD: translatable("Bad certificate"),
    Outcome.TLS_FAILED: translatable("Not secure"),
    Outcome.TIMED_OUT: translatable("No answer"),
    Outcome.CUT_OFF: translatable("Cut off"),
    Outcome.NOT_UNDERSTOOD: translatable("Not understood"),
    Outcome.INTERRUPTED: translatable("Interrupted"),
    Outcome.COMPUTER_AWAY: translatable("Computer away"),
    Outcome.NOT_OPENED: translatable("Not opened"),
}

PICK_UP = translatable("Pick up your phone when it rings.")
DIALLING = translatable("Your phone is dialling.")
SHOULD_DIAL = translatable("Your phone should be dialling now.")
BEING_TRIED = translatable("It is being tried now; dial again in a moment.")
DIAL_AGAIN = translatable("Dial again in a moment.")

NOT_ANSWERING = translatable("the phone system does not answer")
"""Why a call is held back: its circuit breaker is open (webdial.exchange.breaker)."""

TOO_MANY = translatable("the phone system has as many calls in progress as it may have")
"""Why a call is held back: its limit is reached (webdial.exchange.gates)."""


TRIED_AGAIN_IN = translatable("It is tried again in {span}.")
DIAL_AGAIN_IN = translatable("Dial again in {span}.")
SPANS = (
    translatable("{seconds} seconds"),
    translatable("{minutes} minutes"),
    translatable("{hours} hours"),
)


def tried_again_in(seconds: int) -> str:
    """When a call goes through again to a phone system that does not answer."""
    return Kept(TRIED_AGAIN_IN, span=_span(seconds))


def dial_again_in(seconds: int) -> str:
    """What a phone system said of when to ask again."""
    return Kept(DIAL_AGAIN_IN, span=_span(seconds))


def _span(seconds: int) -> str:
    """In seconds or minutes, rounded up; never one of them, so that the sentence has one form."""
    in_seconds, in_minutes, in_hours = SPANS
    if seconds <= 90:
        return Kept(in_seconds, seconds=max(seconds, 2))
    if seconds <= 5400:
        return Kept(in_minutes, minutes=-(-seconds // 60))
    return Kept(in_hours, hours=-(-seconds // 3600))


_NOT_CONFIRMED = translatable("Sent to the phone system, not confirmed.")
_MAY_HAVE_RUNG = translatable("Your phone may ring all the same; look before you dial again.")

_SENTENCES = {
    Outcome.PLACING: translatable("Asking the phone system to ring your phone …"),
    Outcome.ACCEPTED: translatable("The phone system has accepted the call."),
    Outcome.QUEUED: translatable("The phone system has put the call into its queue."),
    Outcome.SENT: _NOT_CONFIRMED,
    Outcome.HANDED_OVER: translatable("Handed to the phone program on your machine."),
    Outcome.REJECTED: translatable("The phone system refused the call."),
    Outcome.LOG_IN_FAILED: translatable(
        "The phone system did not let Webdial log in. Nothing was dialled."
    ),
    Outcome.BLOCKED: translatable("This call may not be placed. Nothing was dialled."),
    Outcome.HELD_BACK: translatable("The call was held back. Nothing was dialled."),
    Outcome.ADDRESS_NOT_ALLOWED: translatable(
        "Webdial may not send requests to the phone system's address. Nothing was dialled."
    ),
    Outcome.FAILED: translatable("The phone system answered with an error."),
    Outcome.REDIRECTED_AWAY: translatable(
        "The phone system pointed to another server, which was not followed."
    ),
    Outcome.HOST_UNKNOWN: translatable(
        "The phone system's name is not known on the network. Nothing was dialled."
    ),
    Outcome.CONNECTION_REFUSED: translatable(
        "The phone system is not listening at its address. Nothing was dialled."
    ),
    Outcome.UNREACHABLE: translatable(
        "The phone system could not be reached. Nothing was dialled."
    ),
    Outcome.CERTIFICATE_BAD: translatable(
        "The phone system's certificate is not trusted, so nothing was sent."
    ),
    Outcome.TLS_FAILED: translatable(
        "No secure connection to the phone system could be made, so nothing was sent."
    ),
    Outcome.TIMED_OUT: translatable("The phone system did not answer in time."),
    Outcome.CUT_OFF: translatable("The phone system closed the connection in the middle."),
    Outcome.NOT_UNDERSTOOD: translatable("What the phone system answered is not understood."),
    Outcome.INTERRUPTED: translatable("Placing this call was interrupted."),
    Outcome.COMPUTER_AWAY: translatable(
        "Your computer did not take the call. Nothing was dialled."
    ),
    Outcome.NOT_OPENED: translatable(
        "Your computer has no program that opens this link. Nothing was dialled."
    ),
}


@value_class(frozen=True, slots=True)
class Verdict:
    """How a call ended. `status` is the HTTP status; `answer` what the phone system said, cut short.

    `message` is its own sentence for people, `remote_id` its name of the call, `next_step` what the
    caller does now: all empty where no phone system's file tells them. Of a call that was held
    back or blocked `message` is why. `beneath` is what became of the request on which a log-in failed; it is not kept.
    """

    outcome: Outcome
    status: int | None = None
    answer: str = ""
    message: str = ""
    remote_id: str = ""
    next_step: str = ""
    beneath: Outcome | None = None

    @property
    def sentence(self) -> str:
        if self.outcome is Outcome.SENT and self.next_step:  # instead of that to pick up
            return f"{translate(_NOT_CONFIRMED)} {retold(self.next_step)}"
        sentence = sentence_for(self.outcome, self.status, self.message)
        return f"{sentence} {retold(self.next_step)}" if self.next_step else sentence


def sentence_for(outcome: Outcome, status: int | None, message: str = "") -> str:
    """The one sentence for the user, with the phone system's status or own words where they say more."""
    if message and outcome is Outcome.REJECTED:
        return translate("The phone system refused the call: {why}", why=_ended(message))
    if message and outcome is Outcome.LOG_IN_FAILED:
        return translate(
            "The phone system did not let Webdial log in: {why} Nothing was dialled.",
            why=_ended(retold(message)),
        )
    if message and outcome is Outcome.BLOCKED:
        return translate("{why} Nothing was dialled.", why=_ended(retold(message)))
    if message and outcome is Outcome.HELD_BACK:
        return translate(
            "The call was held back: {why} Nothing was dialled.", why=_ended(retold(message))
        )
    if message and outcome is Outcome.FAILED:
        told = translate("The phone system answered with an error: {why}", why=_ended(message))
        return f"{told} {translate(_MAY_HAVE_RUNG)}"
    if outcome is Outcome.REJECTED and status is not None:
        return translate("The phone system refused the call: {why}.", why=_meaning(status))
    if outcome is Outcome.FAILED and status is not None:
        told = translate("The phone system answered with an error ({status}).", status=status)
        return f"{told} {translate(_MAY_HAVE_RUNG)}"
    return outcome.sentence


def _ended(message: str) -> str:
    return message if message.endswith((".", "!", "?", "…")) else f"{message}."


def _meaning(status: int) -> str:
    if 200 <= status < 300:
        return translate("it answered, and its answer is not the one that means success")
    known = {
        401: translatable("it wants a user name and password, or others than it was given (401)"),
        403: translatable("it does not allow this (403)"),
        404: translatable(
            "the address in the dial string is not known there, or the extension is not (404)"
        ),
        407: translatable("a proxy on the way wants a user name and password (407)"),
        405: translatable("it does not take this method (405)"),
        429: translatable("it is asked too often (429)"),
        503: translatable("it is busy or being restarted (503)"),
    }
    if status in known:
        return translate(known[status])
    try:
        phrase = HTTPStatus(status).phrase
        return translate("it answered {status} {phrase}", status=status, phrase=phrase)
    except ValueError:
        return translate("it answered {status}", status=status)
