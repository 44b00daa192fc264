"""The chains: everything that Webdial does verifies, and whatever else is done to a row is found."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from tests.site.conftest import opened_database
from tests.site.journal_entries import NOW, a_beginning, claiming, its_end
from webdial.cli.audit import audit
from webdial.errors import InvalidValueError, NotFoundError
from webdial.exchange import Outcome, Verdict
from webdial.exchange.general_settings import CALL_RETENTION
from webdial.exchange.journal import Begun, JournalStore
from webdial.site.audit.journal_chains import tie_chains
from webdial.site.audit.record import hash_of
from webdial.site.audit.verifying import Summary, verify
from webdial.site.audit.verifying.walk import present_head
from webdial.site.domain.branches import delete_branch, save_branch
from webdial.site.domain.call_retention import remove_old_calls
from webdial.site.domain.calls import mark_interrupted
from webdial.site.domain.general_settings import override_setting
from webdial.site.domain.people import save_person
from webdial.site.domain.personal_data import (
    Subject,
    erase_personal_data,
    export_personal_data,
    subject_of_number,
)
from webdial.site.domain.phones import LabelledNumber
from webdial.site.journal import open_journal_store
from webdial.site.models import (
    AuditRecord,
    Branch,
    Call,
    CallLogNote,
    Change,
    JournalLink,
    User,
)

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def store() -> Iterator[JournalStore]:
    with closing(open_journal_store(opened_database())) as store:
        yield store


@pytest.fixture
def begun(store: JournalStore, london: Branch) -> list[Begun]:
    """Six calls, of which the last two have no end."""
    entries = [a_beginning(branch_id=london.pk) for _ in range(6)]
    store.write(entries[:3])
    store.write([its_end(entries[0]), *entries[3:]])
    store.write([its_end(each) for each in entries[1:4]])
    return entries


def found(head: str = "") -> list[str]:
    return [finding.sentence for finding in verify(Summary(), head=head)]


def only(head: str = "") -> str:
    """The one thing that is found."""
    (sentence,) = found(head)
    return sentence


def calls_found() -> set[str]:
    return {finding.id for finding in verify(Summary()) if finding.kind == "call"}


# What Webdial itself does


def test_what_the_journal_writes_stands(begun: list[Begun]) -> None:
    summary = Summary()
    assert list(verify(summary)) == []
    assert (summary.calls, summary.chains, summary.links) == (6, 1, 3)
    assert summary.changes == Change.objects.count() == 1


def test_empty_database_stands() -> None:
    assert found() == []
    with pytest.raises(NotFoundError):
        present_head()


def test_call_that_ends_as_it_begins_stands(store: JournalStore) -> None:
    handed_over = a_beginning()
    verdict = Verdict(Outcome.HANDED_OVER, message="Look there.")
    call = handed_over.call
    store.write([replace(handed_over, call=replace(call, verdict=verdict)), a_beginning()])
    row = Call.objects.get(pk=call.id)
    assert (row.outcome, row.message) == ("handed_over", "Look there.")
    assert row.finished_at == row.placed_at
    assert found() == []
    Call.objects.filter(pk=call.id).update(outcome="sent")
    assert calls_found() == {str(call.id)}


def test_refused_calls_are_in_no_chain(store: JournalStore) -> None:
    store.write([a_beginning(terms=claiming("k"))])
    store.write([a_beginning(terms=claiming("k")), a_beginning()])
    assert Call.objects.count() == 2
    assert found() == []


def test_interrupted_call_stands_and_so_does_its_late_end(
    store: JournalStore, begun: list[Begun]
) -> None:
    assert mark_interrupted("a run") == 2
    assert found() == []
    late = its_end(begun[4])
    store.write([late])
    assert found() == []
    Call.objects.filter(pk=begun[4].call.id).update(outcome="interrupted")
    Call.objects.filter(pk=begun[5].call.id).update(outcome="sent")
    assert calls_found() == {str(begun[4].call.id), str(begun[5].call.id)}


def test_end_written_twice_stands_by_the_last(store: JournalStore, begun: list[Begun]) -> None:
    store.write([its_end(begun[0], Outcome.FAILED)])
    assert Call.objects.get(pk=begun[0].call.id).outcome == "failed"
    assert found() == []


def test_chains_of_several_processes_stand(begun: list[Begun]) -> None:
    with closing(open_journal_store(opened_database())) as other:
        other.write([a_beginning()])
    summary = Summary()
    assert list(verify(summary)) == []
    assert (summary.calls, summary.chains) == (7, 2)


def test_erased_calls_stand_as_erased(begun: list[Begun], users: dict[str, User]) -> None:
    assert (
        erase_personal_data(subject_of_number("020 7946 0123"), cuts_user=False, actor="Ada") == 4
    )
    row = Call.objects.get(pk=begun[0].call.id)
    assert (row.typed, row.begun_salt, row.ended_salt, row.user_id) == ("", "", "", 7)
    summary = Summary()
    assert list(verify(summary)) == []
    assert summary.erased_calls == 4


def test_exported_data_leaves_a_note_that_stands(
    begun: list[Begun], users: dict[str, User]
) -> None:
    assert b"".join(export_personal_data(Subject(user=users["carl"]), actor="Ada"))
    assert found() == []
    CallLogNote.objects.update(actor="Eve")
    assert re.fullmatch(r"Note \d+ about the call log of .* was changed\.", only())
    CallLogNote.objects.all().delete()
    assert re.fullmatch(r"Note \d+ about the call log of .* was removed\.", only())


def test_calls_removed_by_age_stand_as_removed(begun: list[Begun]) -> None:
    override_setting(CALL_RETENTION.name, "1")
    assert remove_old_calls(datetime.now(UTC) + timedelta(days=2), actor="test").count == 4
    summary = Summary()
    assert list(verify(summary)) == []
    assert (summary.calls, summary.removed_calls) == (2, 4)


def test_deleted_branch_leaves_its_calls_as_they_were(store: JournalStore) -> None:
    branch = save_branch(agency_id="X", name="Gone")
    store.write([a_beginning(branch_id=branch.pk)])
    kept = branch.pk
    delete_branch(branch)
    assert Call.objects.get().branch_id == kept
    assert Call.objects.select_related("branch").get().branch is None
    assert found() == []


def test_erased_changes_stand_as_erased(users: dict[str, User]) -> None:
    save_person(name="Zoe", phones=[LabelledNumber("Work", "020 7946 0999")])
    erase_personal_data(subject_of_number("020 7946 0999"), cuts_user=False, actor="Ada")
    erased = Change.objects.get(label="Erased")
    assert erased.salt == ""
    assert found() == []
    Change.objects.filter(pk=erased.pk).update(label="Zoe")
    assert found() == [f"Change {erased.pk} was changed after its personal data was erased."]


# What somebody else does


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("dialled", "0900123"), ("typed", "x"), ("user_id", 99), ("branch_id", 99), ("extension", "1"),
        ("request", "GET http://other.example/"), ("placed_at", NOW - timedelta(days=1)),
        ("outcome", "failed"), ("outcome", "placing"), ("status", 500), ("answer", "no"),
        ("finished_at", NOW), ("took_ms", 1), ("on_disk_at", None), ("message", "x"), ("run_id", "y"),
        ("remote_id", "x"), ("next_step", "x"), ("phone_system", "x"), ("setting_source", "x"),
        ("channel", "cli"), ("kind", "link"), ("phone", "x"), ("number_story", "x"),
        ("begun_salt", "0" * 32), ("ended_salt", ""), ("commitments", "ab" * 64), ("commitments", "?"),
    ],
)  # fmt: skip
def test_changed_call_is_named(begun: list[Begun], column: str, value: object) -> None:
    call_id = begun[1].call.id
    Call.objects.filter(pk=call_id).update(**{column: value})
    sentences = found()
    assert sentences
    for sentence in sentences:
        assert re.match(
            rf"Call {call_id} of 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC was changed", sentence
        )


def test_every_column_of_a_call_is_chained(begun: list[Begun]) -> None:
    """A column that is added later must be hashed, or be named here with a reason."""
    for_itself = {"erased_at"}  # what it says is held against the record
    tried = {
        mark.args[1][index][0]
        for mark in getattr(test_changed_call_is_named, "pytestmark", ())
        if mark.name == "parametrize"
        for index in range(len(mark.args[1]))
    }
    assert {field.attname for field in Call._meta.concrete_fields} - {"id"} - for_itself == tried


def test_removed_call_is_named(begun: list[Begun]) -> None:
    Call.objects.filter(pk=begun[2].call.id).delete()
    assert re.fullmatch(rf"Call {begun[2].call.id} of .* UTC was removed, and not by age\.", only())


def test_call_put_in_is_named(begun: list[Begun]) -> None:
    forged = Call.objects.get(pk=begun[0].call.id)
    forged.pk = a_beginning().call.id
    forged.save(force_insert=True)
    assert re.fullmatch(
        rf"Call {forged.pk} of .* was put in: no journal wrote it\. It says .*", only()
    )


def test_call_marked_as_erased_without_the_act_is_named(begun: list[Begun]) -> None:
    Call.objects.filter(pk=begun[0].call.id).update(erased_at=NOW)
    assert re.search(r"is marked as erased, and no erasure was recorded\.$", only())


def test_erased_call_that_is_changed_is_named(begun: list[Begun], users: dict[str, User]) -> None:
    erase_personal_data(subject_of_number("020 7946 0123"), cuts_user=False, actor="Ada")
    Call.objects.filter(pk=begun[0].call.id).update(user_id=3)
    assert re.search(r"was changed after its personal data was erased\.$", only())
    Call.objects.filter(pk=begun[0].call.id).update(user_id=7, outcome="failed")
    assert calls_found() == {str(begun[0].call.id)}


def test_call_changed_before_it_is_erased_is_still_named(
    begun: list[Begun], users: dict[str, User]
) -> None:
    Call.objects.filter(pk=begun[0].call.id).update(extension="999")
    Call.objects.filter(pk=begun[1].call.id).update(outcome="failed")
    erase_personal_data(subject_of_number("020 7946 0123"), cuts_user=True, actor="Ada")
    assert calls_found() == {str(begun[0].call.id), str(begun[1].call.id)}


def test_removed_link_is_told(begun: list[Begun]) -> None:
    JournalLink.objects.filter(position=2).delete()
    sentences = found()
    chain = JournalLink.objects.values_list("chain", flat=True)[0]
    assert f"The journal’s chain {chain} has lost link 2." in sentences
    assert calls_found() >= {str(each.call.id) for each in begun[3:]}


def test_changed_link_is_told(begun: list[Begun]) -> None:
    link = JournalLink.objects.get(position=1)
    JournalLink.objects.filter(position=1).update(entries=bytes(link.entries)[49:])
    assert re.search(r"was changed at link 1, about calls ", found()[0])


def test_end_of_a_chain_cut_off_is_found_by_the_tie(begun: list[Begun]) -> None:
    tie_chains()
    JournalLink.objects.filter(position__gte=2).delete()
    Call.objects.filter(pk__in=[each.call.id for each in begun[3:]]).delete()
    Call.objects.exclude(outcome="placing").update(outcome="placing", finished_at=None)
    assert any(sentence.endswith("has lost links 2 to 3 at its end.") for sentence in found())


def test_whole_chain_dropped_is_found(begun: list[Begun]) -> None:
    tie_chains()
    JournalLink.objects.all().delete()
    Call.objects.all().delete()
    assert re.fullmatch(r"The journal’s chain \w{32} has lost links 1 to 3 at its end\.", only())


def test_chain_that_nobody_began_is_told(begun: list[Begun]) -> None:
    link = JournalLink.objects.get(position=1)
    JournalLink.objects.create(chain="f" * 32, position=1, entries=link.entries, hash=link.hash)
    assert (
        "The journal’s chain "
        + "f" * 32
        + " was put in: the record does not tell of its beginning."
        in (found())
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [("label", "x"), ("user_name", "Eve"), ("before", {"a": "b"}), ("after", None), ("at", NOW),
     ("secrets", ["x"]), ("note", "x"), ("key", "x"), ("action", "x"), ("subject", "user"),
     ("user_id", 5), ("salt", ""), ("commitment", "00"), ("erased_at", NOW)],
)  # fmt: skip
def test_changed_change_is_named(london: Branch, column: str, value: object) -> None:
    Change.objects.update(**{column: value})
    pk = Change.objects.get().pk
    assert re.match(rf"Change {pk} (of .* UTC was changed|is marked as erased)", only())


def test_removed_and_added_changes_are_named(london: Branch, leeds: Branch) -> None:
    first, second = Change.objects.order_by("pk")
    Change.objects.filter(pk=first.pk).delete()
    second.pk += 7
    second.save(force_insert=True)
    assert [re.sub(" of .* UTC", "", each) for each in found()] == [
        f"Change {second.pk} was put in: nobody recorded it.",
        f"Change {first.pk} was removed.",
    ]


def test_changed_and_removed_records_are_told(begun: list[Begun]) -> None:
    tie_chains()
    AuditRecord.objects.filter(position=2).update(at=NOW)
    assert re.fullmatch(r"Record 2 of .* \(\w+\) was changed\.", only())
    AuditRecord.objects.filter(position=2).delete()
    assert re.match(r"Record 2 was removed; the next one is of ", found()[0])
    AuditRecord.objects.filter(position=3).update(content="?")
    assert any(re.fullmatch("Record 3 of .* cannot be read.", each) for each in found())


# Anchors


def test_anchored_head_is_found_again_after_more_was_written(
    store: JournalStore, begun: list[Begun]
) -> None:
    head = present_head()
    assert re.fullmatch(r"\d+-[0-9a-f]{64}", head)
    assert present_head() == head
    store.write([a_beginning()])
    save_branch(agency_id="NEW", name="New")
    assert found(head) == []
    assert present_head() != head


def test_record_cut_short_or_written_anew_is_found_by_the_head(begun: list[Begun]) -> None:
    head = present_head()
    newest = AuditRecord.objects.order_by("-position").first()
    assert newest is not None
    newest.at = NOW
    before = AuditRecord.objects.get(position=newest.position - 1)
    newest.hash = hash_of(newest, before.hash)
    newest.save()
    assert found() == []
    assert found(head) == [
        f"Record {newest.position} is another one than was anchored: the record was written anew since."
    ]
    newest.delete()
    assert found() == []
    assert re.search(r"is missing, and it was anchored", only(head))


@pytest.mark.parametrize("head", ["x", "1", "1-abc", "-" + "a" * 64])
def test_what_is_no_head_is_refused(head: str) -> None:
    with pytest.raises(InvalidValueError):
        found(head)


# What an older version left


def test_older_calls_and_changes_are_told_apart(
    london: Branch, users: dict[str, User], store: JournalStore
) -> None:
    older = a_beginning()
    store.write([older])
    AuditRecord.objects.all().delete()
    JournalLink.objects.all().delete()
    Call.objects.update(begun_salt="", ended_salt="")
    Change.objects.update(salt="")
    with closing(open_journal_store(opened_database())) as later:
        later.write([a_beginning()])
    summary = Summary()
    assert list(verify(summary)) == []
    assert (summary.older_calls, summary.calls) == (1, 1)
    assert summary.older_changes == Change.objects.count() > 0
    override_setting(CALL_RETENTION.name, "1")
    mark_interrupted("a run")
    remove_old_calls(datetime.now(UTC) + timedelta(days=9), actor="test")
    assert found() == []
    Change.objects.order_by("pk")[0].delete()
    assert re.fullmatch(r"\d+ changes were there when the record began, and .*", only())


# The command


def test_command_tells_and_exits_by_what_it_finds(begun: list[Begun]) -> None:
    head = CliRunner().invoke(audit, ["head"]).output.strip()
    good = CliRunner().invoke(audit, ["verify", "--head", head])
    assert (good.exit_code, good.output.splitlines()[-1]) == (0, "All stands as it was written.")
    Call.objects.filter(pk=begun[0].call.id).update(dialled="1")
    bad = CliRunner().invoke(audit, ["verify"])
    assert bad.exit_code == 1
    assert bad.output.startswith(f"Call {begun[0].call.id} of ")
    assert bad.output.splitlines()[-1] == "1 findings."
    assert f'"id":"{begun[0].call.id}"' in CliRunner().invoke(audit, ["verify", "--json"]).output
