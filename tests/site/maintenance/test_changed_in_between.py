"""The other administrator saves while the page is at work already, over a connection of their own."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.db import connection

from tests.site.maintenance.test_meanwhile import TOLD
from tests.site.maintenance.test_users import fields_of
from tests.site.maintenance.visitor import Visitor, text_of, values_of
from webdial.exchange.general_settings import TOTAL_TIME_LIMIT
from webdial.site.domain.acting import acting_as
from webdial.site.domain.companies import save_company
from webdial.site.domain.general_settings import override_setting
from webdial.site.domain.people import save_person
from webdial.site.domain.users import UserDetails, save_user
from webdial.site.models import Change, Company, Person, User

pytestmark = pytest.mark.django_db(transaction=True)

_BEGINNINGS = ("BEGIN", "UPDATE", "INSERT")
_LOCKS = "FOR UPDATE"


class ComesBetween:
    """Has `act` done when the page's transaction is about to take what it writes to: all before has been read."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.act = act
        self.is_done = False

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: object
    ) -> Any:
        if not self.is_done and (sql.startswith(_BEGINNINGS) or _LOCKS in sql):
            self.is_done = True
            thread = Thread(target=self._run)
            thread.start()
            thread.join()
        return execute(sql, params, many, context)

    def _run(self) -> None:
        try:
            self.act()
        finally:
            connection.close()  # the thread's own


def saved_in_between(page: str, act: Callable[[], object], **fields: object) -> Callable[..., Any]:
    def send(admin: Visitor) -> Any:
        seen = values_of(admin.get(page), "seen")
        with connection.execute_wrapper(ComesBetween(act)):
            return admin.post(page, seen=seen, **fields)

    return send


def by_bea(bea: User, act: Callable[[], object]) -> Callable[[], None]:
    def done() -> None:
        with acting_as(bea):
            act()

    return done


def assert_told(response: Any, last: Change) -> None:
    assert (response.status_code, TOLD in text_of(response)) == (422, True), text_of(response)
    assert Change.objects.latest("pk").user_name == "Bea Novak"
    assert Change.objects.latest("pk") != last


def test_user(admin: Visitor, bea: User, carl: User) -> None:
    details = UserDetails("carl", "CO", "Carl Osei", carl.branch, "203", is_active=False)
    act = by_bea(bea, lambda: save_user(details, user=User.objects.get(pk=carl.pk)))
    last = Change.objects.latest("pk")
    fields = fields_of(carl, extension="9")
    assert_told(saved_in_between(f"/maintenance/users/{carl.pk}", act, **fields)(admin), last)
    carl.refresh_from_db()
    assert (carl.is_active, carl.extension) == (False, "203")


def test_setting(admin: Visitor, bea: User) -> None:
    override_setting(TOTAL_TIME_LIMIT.name, "12")
    act = by_bea(bea, lambda: override_setting(TOTAL_TIME_LIMIT.name, "14"))
    page = f"/maintenance/settings/edit?name={TOTAL_TIME_LIMIT.name}"
    last = Change.objects.latest("pk")
    assert_told(saved_in_between(page, act, value="13")(admin), last)


def test_person(admin: Visitor, bea: User) -> None:
    row = save_person(name="Agatha")
    act = by_bea(bea, lambda: save_person(name="Agnes", person=Person.objects.get(pk=row.pk)))
    last = Change.objects.latest("pk")
    # Nothing but the other's name would be written over.
    assert_told(saved_in_between(f"/maintenance/people/{row.pk}", act, name="Agatha")(admin), last)
    row.refresh_from_db()
    assert row.name == "Agnes"


def test_company(admin: Visitor, bea: User) -> None:
    row = save_company(name="Quill")
    act = by_bea(bea, lambda: save_company(name="Quilt", company=Company.objects.get(pk=row.pk)))
    last = Change.objects.latest("pk")
    page = f"/maintenance/companies/{row.pk}"
    assert_told(saved_in_between(page, act, name="Quills")(admin), last)
    row.refresh_from_db()
    assert row.name == "Quilt"
