"""The notes about the call log against what the record holds of them."""

from collections.abc import Iterator

from webdial.site.audit.log_acts import note_digest
from webdial.site.audit.verifying.acts import Acts
from webdial.site.audit.verifying.findings import Finding, moment
from webdial.site.models import CallLogNote


def verify_notes(acts: Acts) -> Iterator[Finding]:
    missing = dict(acts.notes)
    last = acts.older_notes.last
    older = 0
    for note in CallLogNote.objects.order_by("pk").iterator():
        kept = missing.pop(note.pk, None)
        if kept is None and last is not None and note.pk <= last:
            older += 1
        elif kept is None:
            yield _finding(note.pk, f"of {moment(note.made_at)} was put in: nobody recorded it.")
        elif note_digest(note).hex() != kept[0]:
            yield _finding(note.pk, f"of {moment(note.made_at)} was changed.")
    for pk, (_, at) in missing.items():
        yield _finding(pk, f"of {moment(at)} was removed.")
    if older != acts.older_notes.count:
        sentence = (
            f"{acts.older_notes.count} notes were there when the record began, {older} are now."
        )
        yield Finding("note", "", sentence)


def _finding(pk: int, what: str) -> Finding:
    return Finding("note", str(pk), f"Note {pk} about the call log {what}")
