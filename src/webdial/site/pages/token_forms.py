"""The form of a new token: for oneself, or by an administrator for anybody."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from django.http import QueryDict

from webdial.errors import InvalidValueError
from webdial.language import translate
from webdial.site.domain.tokens import (
    SCOPES,
    create_token,
    end_of_day,
    is_lapsed,
    last_day,
    scopes_of,
)
from webdial.site.models import ApiToken, User


@dataclass(frozen=True, slots=True)
class TokenForm:
    """As typed. `expires` is the last day on which the token is taken, or empty."""

    name: str = ""
    scopes: tuple[str, ...] = SCOPES
    expires: str = ""

    @classmethod
    def of_post(cls, post: QueryDict) -> Self:
        return cls(
            post.get("name", ""), tuple(post.getlist("scopes")), post.get("expires", "").strip()
        )

    def make(self, user: User) -> str:
        """The token, which is shown this once. Raises InvalidValueError."""
        return create_token(
            user, name=self.name, scopes=self.scopes, expires_at=_expires_at(self.expires)
        )


@dataclass(frozen=True, slots=True)
class ShownToken:
    """A token in a list."""

    row: ApiToken

    @property
    def scopes(self) -> str:
        words = {"place-calls": translate("places calls"), "read-calls": translate("reads calls")}
        told = ", ".join(words[scope] for scope in scopes_of(self.row))
        return told[:1].upper() + told[1:]

    @property
    def is_lapsed(self) -> bool:
        return is_lapsed(self.row)

    @property
    def last_day(self) -> date | None:
        return last_day(self.row)


def _expires_at(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return end_of_day(date.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise InvalidValueError(
            translate("This is no day."), field="expires", hint=translate("Such as 2027-12-31.")
        ) from error
