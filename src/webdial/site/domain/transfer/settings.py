"""General settings as a table: a row for all branches has no AgencyID."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import ClassVar

from webdial.errors import WebdialError
from webdial.exchange.general_settings import MECHANISM, SETTINGS, definition_of, key_of
from webdial.language import translatable, translate
from webdial.site.domain.fields import kept_text
from webdial.site.domain.general_settings import check_value
from webdial.site.domain.states import setting_key, setting_label, setting_state
from webdial.site.domain.transfer.bulk import BATCH, update_rows
from webdial.site.domain.transfer.columns import Column
from webdial.site.domain.transfer.known_branches import KnownBranches
from webdial.site.domain.transfer.plan import Item
from webdial.site.domain.transfer.subject import CheckValue, Draft, Record, Recorded, Subject
from webdial.site.models import ChangeSubject, GeneralSetting, PhoneSystemSetup


class Settings(Subject):
    name = "settings"
    title = translatable("General Settings")
    change_subject = ChangeSubject.SETTING
    columns = (
        Column(
            "name",
            "Setting",
            "Its name, as in General Settings. Another name is a setting of your own.",
            MECHANISM.name,
            is_key=True,
            is_required=True,
        ),
        Column(
            "branch",
            "AgencyID",
            "The branch that it is for. Empty: for all branches.",
            "LON",
            is_key=True,
            also=("Branch", "Niederlassung"),
        ),
        Column(
            "value",
            "Value",
            "What is kept. Empty: an empty value is kept, which is not the same as none.",
            MECHANISM.example,
        ),
    )
    defaults: ClassVar[Mapping[str, str]] = {"name": "", "branch": "", "value": ""}

    def kept(self) -> list[Item]:
        rows = GeneralSetting.objects.values_list("id", "name", "branch__agency_id", "value")
        items = [
            Item({"name": name, "branch": branch or "", "value": value}, row_id=row_id)
            for row_id, name, branch, value in rows
        ]
        # Sorted here: databases disagree on where NULL stands, and on upper and lower case.
        return sorted(items, key=lambda each: self.key_of(each.values))

    def checker(self) -> CheckValue:
        branches = KnownBranches()

        def check(field: str, given: str) -> str:
            if field == "branch":
                return branches.agency_id(given)
            if field == "value":
                return given.strip()
            definition = definition_of(given)
            shown = kept_text(given, field=field, label=translate("Setting"), most=120)
            return definition.name if definition else shown

        return check

    def judge(self, drafts: Sequence[Draft], kept: Sequence[Item]) -> None:
        """A value is judged by its setting's rule. A name of one's own that is new is told."""
        systems = list(PhoneSystemSetup.objects.values_list("name", flat=True))
        own = {key_of(item.values["name"]) for item in kept}
        for draft in drafts:
            if draft.faults or draft.new is None:
                continue
            name = draft.new.values["name"]
            if definition_of(name) is None and key_of(name) not in own:
                draft.notes.append(_told_own(name))
            if draft.old is None or draft.old.values != draft.new.values:
                self._judge_value(draft, draft.new, systems)

    def _judge_value(self, draft: Draft, new: Item, systems: Sequence[str]) -> None:
        values = new.values
        try:
            check_value(
                values["name"],
                values["value"],
                is_for_branch=bool(values["branch"]),
                systems=systems,
            )
        except WebdialError as error:
            draft.blame(self.column_of("value"), error.message, hint=error.hint)

    def title_of(self, values: Mapping[str, str]) -> str:
        return (
            f"{values['name']} ({values['branch'] or translate('all branches')})"
            if values["name"]
            else ""
        )

    def add(self, items: Sequence[Item]) -> Sequence[int]:
        branches = KnownBranches()
        rows = [
            GeneralSetting(
                name=item.values["name"],
                branch_id=branches.id_of(item.values["branch"]),
                value=item.values["value"],
            )
            for item in items
        ]
        return [row.pk for row in GeneralSetting.objects.bulk_create(rows, batch_size=BATCH)]

    def change(self, changes: Sequence[tuple[Item, Item]]) -> None:
        rows = [(old.row_id, (new.values["name"], new.values["value"])) for old, new in changes]
        update_rows(GeneralSetting, ("name", "value"), rows)

    def recorder(self) -> Record:
        branches = KnownBranches()

        def record(item: Item, row_id: int) -> Recorded:
            del row_id  # a setting is known by its name and branch
            name, branch = item.values["name"], branches.branch(item.values["branch"])
            state = setting_state(item.values["value"], name, branch)
            return Recorded(setting_key(name, branch), setting_label(name, branch), state)

        return record


def _told_own(name: str) -> str:
    near = get_close_matches(name, [each.name for each in SETTINGS], n=1, cutoff=0.8)
    meant = translate(" Did you mean {near}?", near=near[0]) if near else ""
    return translate(
        "Webdial has no setting of this name: it becomes one of your own.{meant}", meant=meant
    )
