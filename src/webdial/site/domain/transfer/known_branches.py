"""Branches by AgencyID, looked up once for a whole file."""

from difflib import get_close_matches

from webdial.errors import InvalidValueError
from webdial.language import translate
from webdial.site.models import Branch


class KnownBranches:
    def __init__(self) -> None:
        self._rows = {branch.agency_id.casefold(): branch for branch in Branch.objects.all()}

    def agency_id(self, given: str) -> str:
        """As it is kept; empty for nothing. Raises InvalidValueError for one that there is not."""
        text = given.strip()
        if not text:
            return ""
        if text.casefold() in self._rows:
            return self._rows[text.casefold()].agency_id
        raise InvalidValueError(
            translate("There is no branch with the AgencyID {text}.", text=f"{text[:40]!r}"),
            field="branch",
            hint=self._hint(text),
        )

    def branch(self, agency_id: str) -> Branch | None:
        """The branch of an AgencyID that is known; None for an empty one."""
        return self._rows[agency_id.casefold()] if agency_id else None

    def id_of(self, agency_id: str) -> int | None:
        branch = self.branch(agency_id)
        return branch.pk if branch else None

    def _hint(self, text: str) -> str:
        for branch in self._rows.values():
            if branch.name.casefold() == text.casefold():
                return translate(
                    "The AgencyID of {name} is {agency_id}.",
                    name=branch.name,
                    agency_id=branch.agency_id,
                )
        near = get_close_matches(text.casefold()[:40], self._rows, n=1)
        if near:
            return translate("Did you mean {agency_id}?", agency_id=self._rows[near[0]].agency_id)
        return translate("Add the branch first, or import branches before this file.")
