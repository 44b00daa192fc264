"""The record itself: no entry changed, missing or put in between; and an anchored head still in it."""

import re
from collections.abc import Iterator

from webdial.errors import InvalidValueError, NotFoundError
from webdial.site.audit.journal_chains import tie_chains
from webdial.site.audit.record import START, Kind, hash_of
from webdial.site.audit.verifying.acts import Acts
from webdial.site.audit.verifying.findings import Finding, Summary, moment
from webdial.site.models import AuditRecord

_HEAD = re.compile(r"(\d{1,18})-([0-9a-f]{64})")


def head_of(record: AuditRecord) -> str:
    """As it is printed and anchored: the position and the hash of an entry."""
    return f"{record.position}-{record.hash}"


def present_head() -> str:
    """The head, after it was written into the record where every journal's chain stands now."""
    tie_chains()
    newest = AuditRecord.objects.order_by("-position").first()
    if newest is None:
        raise NotFoundError("Nothing has been recorded yet.")
    return head_of(newest)


def verify_head(head: str) -> Iterator[Finding]:
    if not head:
        return
    found = _HEAD.fullmatch(head.strip())
    if found is None:
        raise InvalidValueError(
            "This is no head.",
            field="head",
            hint="It looks as webdial audit head prints it: a number, a hyphen, 64 hexadecimal digits.",
        )
    position, anchored = int(found[1]), found[2]
    record = AuditRecord.objects.filter(position=position).first()
    if record is None:
        yield _finding(
            position, "is missing, and it was anchored: the record was cut short or written anew."
        )
    elif record.hash != anchored:
        yield _finding(
            position, "is another one than was anchored: the record was written anew since."
        )


def walk_record(acts: Acts, summary: Summary) -> Iterator[Finding]:
    """Each entry holds the hash of the one before; what the entries tell is gathered in `acts`."""
    position, before = 0, START
    for record in AuditRecord.objects.order_by("position").iterator():
        position += 1
        if record.position != position:
            yield _gap(position, record)
        elif (record.kind == Kind.BEGUN) != (position == 1):
            yield _finding(position, "was put in: only the first one tells what there was.")
        if hash_of(record, before) != record.hash and record.position == position:
            yield _finding(position, f"of {moment(record.at)} ({record.kind}) was changed.")
        position, before = record.position, record.hash
        summary.records += 1
        summary.head = head_of(record)
        try:
            acts.take(record)
        except (ValueError, KeyError, TypeError, AttributeError):
            yield _finding(position, f"of {moment(record.at)} cannot be read.")


def _gap(position: int, after: AuditRecord) -> Finding:
    last = after.position - 1
    which = f"{position}" if last <= position else f"{position} to {last}"
    sentence = f"Record {which} was removed; the next one is of {moment(after.at)}."
    return Finding("record", str(position), sentence)


def _finding(position: int, what: str) -> Finding:
    return Finding("record", str(position), f"Record {position} {what}")
