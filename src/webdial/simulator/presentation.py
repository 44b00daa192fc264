"""Calls, phones and received requests as JSON for the page and for programs.

Times are ISO 8601 in UTC, seconds with milliseconds; durations are seconds.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from webdial.simulator.calls import Call, CallState, Phone, PhoneKind
from webdial.simulator.lines import dialled_part
from webdial.simulator.received import Entry, ReceivedLog
from webdial.simulator.switchboard import Switchboard


def present_call(call: Call) -> dict[str, Any]:
    return {
        "id": call.call_id,
        "extension": call.extension,
        "number": call.number,
        "callee": call.callee,
        "line": call.line,
        "state": call.state,
        "end": call.end,
        "digits_sent": call.digits_sent,
        "placed_at": _present_time(call.placed_at),
        "picked_up_at": _present_time(call.picked_up_at),
        "connected_at": _present_time(call.connected_at),
        "ended_at": _present_time(call.ended_at),
        "talked_s": _talked_s(call),
    }


def present_phone(phone: Phone, *, names: Mapping[str, Phone]) -> dict[str, Any]:
    """A phone with the call it is in and who is at the other end."""
    return {
        "id": phone.phone_id,
        "kind": phone.kind,
        "number": phone.number,
        "name": phone.name,
        "branch": phone.branch,
        "answers_itself": phone.answers_itself,
        "state": phone.state,
        "call": present_call(phone.call) if phone.call else None,
        "other": _present_other(phone, phone.call, names),
        "last_call": present_call(phone.last_call) if phone.last_call else None,
        "last_other": _present_other(phone, phone.last_call, names),
    }


def present_phones(switchboard: Switchboard) -> list[dict[str, Any]]:
    phones = switchboard.phones()
    names = {str(phone.phone_id): phone for phone in phones}
    return [present_phone(phone, names=names) for phone in phones]


def present_entry(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.entry_id,
        "at": _present_time(entry.at),
        "method": entry.method,
        "target": entry.target,
        "headers": entry.headers,
        "body": entry.body,
        "progress": entry.progress,
        "status": entry.status,
        "answer": entry.answer,
        "took_ms": entry.took_ms,
    }


def present_updates(
    switchboard: Switchboard, log: ReceivedLog, *, now: datetime, seen: int | None
) -> dict[str, Any]:
    """The page's events for a watcher who has seen up to revision `seen`, or nothing yet."""
    known = seen if seen is not None and seen >= log.began_at_revision else None
    entries = log.changed_since(-1 if known is None else known)
    updates: dict[str, Any] = {
        "phones": {"now": _present_time(now), "phones": present_phones(switchboard)}
    }
    if entries or known is None:
        shown = [present_entry(entry) for entry in entries]
        updates["requests"] = {"fresh": known is None, "entries": shown}
    return updates


def _present_other(phone: Phone, call: Call | None, names: Mapping[str, Phone]) -> Any:
    """The phone at the other end, by the name and number the display of a real phone shows."""
    if call is None:
        return None
    is_desk_leg = phone.phone_id == call.caller
    other = names.get(call.callee if is_desk_leg else call.caller)
    if other is None:  # an unnamed number that has left the wall since
        return {"name": "", "number": dialled_part(call.number), "kind": PhoneKind.OUTSIDE}
    return {"name": other.name, "number": other.number, "kind": other.kind}


def _present_time(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds") if at else None


def _talked_s(call: Call) -> float | None:
    """How long they talked; None before the end and for a call nobody answered."""
    if call.state is not CallState.ENDED or not call.connected_at or not call.ended_at:
        return None
    return round((call.ended_at - call.connected_at).total_seconds(), 3)
