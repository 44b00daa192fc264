"""One log line for each call that began, ended or was stopped, with its facts as fields.

No number stands in it, no name and no answer: who has to know them finds the call by its id in the
call log, where rights decide who sees them.
"""

import logging

from webdial.exchange.calls import Channel, PlacedCall
from webdial.exchange.watching import Watcher

log = logging.getLogger("webdial.calls")


class CallLines(Watcher):
    """Writes the lines, at INFO."""

    def call_begun(self, call: PlacedCall) -> None:
        log.info("call begun", extra={"call_id": call.id, "fields": _facts(call)})

    def call_ended(self, call: PlacedCall, took_s: float) -> None:
        fields = {
            **_facts(call),
            "outcome": call.outcome.value,
            "status": None if call.verdict is None else call.verdict.status,
            "duration_s": round(took_s, 4),
        }
        log.info("call ended", extra={"call_id": call.id, "fields": fields})

    def call_stopped(self, channel: Channel, error_code: str) -> None:
        fields = {"channel": channel.value, "code": error_code}
        log.info("call stopped before anything left", extra={"fields": fields})

    def answered(self, phone_system: str, took_s: float) -> None:
        fields = {"phone_system": phone_system, "duration_s": round(took_s, 4)}
        log.info("phone system answered", extra={"fields": fields})

    def logged_in(self, phone_system: str, *, is_success: bool) -> None:
        word = "logged in to" if is_success else "could not log in to"
        log.info("%s the phone system", word, extra={"fields": {"phone_system": phone_system}})

    def function_ran(self, result: str, took_s: float) -> None:
        fields = {"result": result, "duration_s": round(took_s, 4)}
        log.info("database function called", extra={"fields": fields})


def _facts(call: PlacedCall) -> dict[str, object]:
    return {
        "channel": call.channel.value,
        "phone_system": call.prepared.phone_system,
        "user_id": call.prepared.caller.user_id,
    }
