"""What became of a call, as far as is known, and the one sentence that the caller is told.

2xx without a success rule is "sent": that the phone system took the request is known, that it dials is
not. "accepted" and "queued" say so by the phone system's own rule (docs/decisions/0013).
"""

from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus


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

    @property
    def is_final(self) -> bool:
        return self is not Outcome.PLACING

    @property
    def is_success(self) -> bool:
        return self in _SUCCESSES

    @property
    def may_have_rung(self) -> bool:
        """Whether the phone system may have acted although it did not say so."""
        return self in {
            Outcome.FAILED,
            Outcome.TIMED_OUT,
            Outcome.CUT_OFF,
            Outcome.NOT_UNDERSTOOD,
            Outcome.REDIRECTED_AWAY,
            Outcome.INTERRUPTED,
        }

    @property
    def label(self) -> str:
        """Two or three words for a list."""
        return _LABELS[self]

    @property
    def sentence(self) -> str:
        return _SENTENCES[self]


_SUCCESSES = frozenset({Outcome.ACCEPTED, Outcome.QUEUED, Outcome.SENT, Outcome.HANDED_OVER})

_LABELS = {
    Outcome.PLACING: "Placing",
    Outcome.ACCEPTED: "Accepted",
    Outcome.QUEUED: "Queued",
    Outcome.SENT: "Sent",
    Outcome.HANDED_OVER: "Handed over",
    Outcome.REJECTED: "Refused",
    Outcome.LOG_IN_FAILED: "Log-in refused",
    Outcome.FAILED: "Error",
    Outcome.REDIRECTED_AWAY: "Sent elsewhere",
    Outcome.HOST_UNKNOWN: "Name not found",
    Outcome.CONNECTION_REFUSED: "Not listening",
    Outcome.UNREACHABLE: "Not reachable",
    Outcome.CERTIFICATE_BAD: "Bad certificate",
    Outcome.TLS_FAILED: "Not secure",
    Outcome.TIMED_OUT: "No answer",
    Outcome.CUT_OFF: "Cut off",
    Outcome.NOT_UNDERSTOOD: "Not understood",
    Outcome.INTERRUPTED: "Interrupted",
}

PICK_UP = "Pick up your phone when it rings."
DIALLING = "Your phone is dialling."
SHOULD_DIAL = "Your phone should be dialling now."

_NOT_CONFIRMED = "Sent to the phone system, not confirmed."
_MAY_HAVE_RUNG = "Your phone may ring all the same; look before you dial again."

_SENTENCES = {
    Outcome.PLACING: "Asking the phone system to ring your phone …",
    Outcome.ACCEPTED: "The phone system has accepted the call.",
    Outcome.QUEUED: "The phone system has put the call into its queue.",
    Outcome.SENT: f"{_NOT_CONFIRMED} {PICK_UP}",
    Outcome.HANDED_OVER: "Handed to the phone program on your machine.",
    Outcome.REJECTED: "The phone system refused the call.",
    Outcome.LOG_IN_FAILED: "The phone system did not let Webdial log in. Nothing was dialled.",
    Outcome.FAILED: f"The phone system answered with an error. {_MAY_HAVE_RUNG}",
    Outcome.REDIRECTED_AWAY: f"The phone system pointed to another server, which was not followed. {_MAY_HAVE_RUNG}",
    Outcome.HOST_UNKNOWN: "The phone system's name is not known on the network. Nothing was dialled.",
    Outcome.CONNECTION_REFUSED: "The phone system is not listening at its address. Nothing was dialled.",
    Outcome.UNREACHABLE: "The phone system could not be reached. Nothing was dialled.",
    Outcome.CERTIFICATE_BAD: "The phone system's certificate is not trusted, so nothing was sent.",
    Outcome.TLS_FAILED: "No secure connection to the phone system could be made, so nothing was sent.",
    Outcome.TIMED_OUT: f"The phone system did not answer in time. {_MAY_HAVE_RUNG}",
    Outcome.CUT_OFF: f"The phone system closed the connection in the middle. {_MAY_HAVE_RUNG}",
    Outcome.NOT_UNDERSTOOD: f"What the phone system answered is not understood. {_MAY_HAVE_RUNG}",
    Outcome.INTERRUPTED: f"Placing this call was interrupted. {_MAY_HAVE_RUNG}",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a call ended. `status` is the HTTP status; `answer` what the phone system said, cut short.

    `message` is its own sentence for people, `remote_id` its name of the call, `next_step` what the
    caller does now: all empty where no phone system's file tells them.
    """

    outcome: Outcome
    status: int | None = None
    answer: str = ""
    message: str = ""
    remote_id: str = ""
    next_step: str = ""

    @property
    def sentence(self) -> str:
        if self.outcome is Outcome.SENT and self.next_step:  # instead of that to pick up
            return f"{_NOT_CONFIRMED} {self.next_step}"
        sentence = sentence_for(self.outcome, self.status, self.message)
        return f"{sentence} {self.next_step}" if self.next_step else sentence


def sentence_for(outcome: Outcome, status: int | None, message: str = "") -> str:
    """The one sentence for the user, with the phone system's status or own words where they say more."""
    if message and outcome is Outcome.REJECTED:
        return f"The phone system refused the call: {_ended(message)}"
    if message and outcome is Outcome.LOG_IN_FAILED:
        return (
            f"The phone system did not let Webdial log in: {_ended(message)} Nothing was dialled."
        )
    if message and outcome is Outcome.FAILED:
        return f"The phone system answered with an error: {_ended(message)} {_MAY_HAVE_RUNG}"
    if outcome is Outcome.REJECTED and status is not None:
        return f"The phone system refused the call: {_meaning(status)}."
    if outcome is Outcome.FAILED and status is not None:
        return f"The phone system answered with an error ({status}). {_MAY_HAVE_RUNG}"
    return outcome.sentence


def _ended(message: str) -> str:
    return message if message.endswith((".", "!", "?", "…")) else f"{message}."


def _meaning(status: int) -> str:
    if 200 <= status < 300:
        return "it answered, and its answer is not the one that means success"
    known = {
        401: "it wants a user name and password (401)",
        403: "it does not allow this (403)",
        404: "the address in the dial string is not known there, or the extension is not (404)",
        405: "it does not take this method (405)",
        429: "it is asked too often (429)",
        503: "it is busy or being restarted (503)",
    }
    if status in known:
        return known[status]
    try:
        return f"it answered {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"it answered {status}"
