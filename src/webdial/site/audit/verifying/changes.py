"""The history of changes against what the record holds of it."""

from collections.abc import Iterator

from webdial.site.audit.change_digests import change_digest, erased_change_digest
from webdial.site.audit.verifying.acts import Acts
from webdial.site.audit.verifying.findings import Finding, Summary, moment
from webdial.site.models import Change


def verify_changes(acts: Acts, summary: Summary) -> Iterator[Finding]:
    missing = dict(acts.changes)
    for change in Change.objects.order_by("pk").iterator(chunk_size=500):
        kept = missing.pop(change.pk, None)
        if kept is not None:
            summary.changes += 1
            yield from _verify(change, kept[0], acts)
        elif _is_older(change, acts):
            summary.older_changes += 1
        else:
            yield _finding(change.pk, f"of {moment(change.at)} was put in: nobody recorded it.")
    for pk, (_, at) in missing.items():
        yield _finding(pk, f"of {moment(at)} was removed.")
    if summary.older_changes != acts.older_changes.count:
        yield Finding(
            "change", "", f"{acts.older_changes.count} changes were there when the record began, "
            f"and {summary.older_changes} of them are there now.",
        )  # fmt: skip


def _verify(change: Change, digest: str, acts: Acts) -> Iterator[Finding]:
    if change_digest(change).hex() != digest:
        yield _finding(change.pk, f"of {moment(change.at)} was changed.")
        return
    erased = acts.erased_changes.get(change.pk)
    if erased is None:
        if change.erased_at is not None:
            yield _finding(change.pk, "is marked as erased, and no erasure was recorded.")
    elif erased_change_digest(change).hex() != erased:
        yield _finding(change.pk, "was changed after its personal data was erased.")


def _is_older(change: Change, acts: Acts) -> bool:
    last = acts.older_changes.last
    return last is not None and change.pk <= last


def _finding(pk: int, what: str) -> Finding:
    return Finding("change", str(pk), f"Change {pk} {what}")
