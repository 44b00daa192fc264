"""How fast the directory and the list of users are searched: 100,000 made-up people, 100,000 made-up users.

    python3 dev.py run python -m bench.directory

For each search it prints how long it takes to read the first 51 entries from the database, and to make
the whole answer that the browser shows while somebody types, on SQLite and on PostgreSQL: the best of some rounds, to which
other work on the machine adds least. It needs PostgreSQL's programs, as the tests do.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from bench.disk import data_folder
from bench.processor import processor_clock

PEOPLE: Final = 100_000
USERS: Final = 100_000
COMPANIES: Final = 20_000
COMPANIES_WITH_NUMBERS: Final = 2_000
ROUNDS: Final = 15
POSTGRES_HOST: Final = "127.0.91.1"
"""A loopback address that no test uses."""

SEARCHES: Final = (
    "", "a", "ma", "mar", "marlow", "muller", "marlow penrose", "ma pe", "penrose ltd", "zzzz",
    "79", "7946 0123", "020 7946", "+44 20 7946 0", "07700900123", "agatha 7946",
)  # fmt: skip
"""From one letter to what is nowhere: the first finds a hundred pages, the last reads every line."""

USER_SEARCHES: Final = ("", "a", "agatha", "muller", "agatha marlow", "4711", "zzzz")
BRANCHES: Final = 100

_WORDS: Final = """
Agatha Bartholomew Clementine Desmond Eleri Florian Greta Hamish Imogen Jasper Keiko Lorenzo Maeve
Nathaniel Ottilie Priya Quentin Rosalind Søren Tadeusz Ursula Vikram Wanda Xavier Yusuf Zoë

Al Bar Cas Dor El Fair Gold Har Ink Jas Kel Lin Mar Mül Nor Ok Pen Quill Ross Sto Tre

low rose man ton by ley ford wick stone field worth gren ler ström ez ová ski son

Ltd Solicitors Bookbinders Ferries Electrical Dairy GmbH Catering Optics Freight
"""
_FIRST, _BEGINNINGS, _ENDINGS, _TRADES = (line.split() for line in _WORDS.split("\n\n"))


def main() -> int:
    if sys.argv[1:] == ["measure"]:
        measure()
        return 0
    print(
        f"{PEOPLE:,} people, {COMPANIES:,} companies; best of {ROUNDS}, in ms; processor time in brackets\n"
    )
    _run("SQLite", "")
    from tests.real.postgres import PostgresCluster  # noqa: PLC0415 - the checkout's own

    with PostgresCluster(POSTGRES_HOST) as cluster:
        cluster.wait_ready()
        with cluster.fresh_database() as url:
            _run("PostgreSQL", url)
    return 0


def _run(title: str, url: str) -> None:
    """Measure in a process of its own: a process knows one database."""
    print(f"{title}", flush=True)
    with tempfile.TemporaryDirectory(dir=data_folder()) as folder:
        environment = {**os.environ, "WEBDIAL_DATA": folder, "WEBDIAL_DATABASE_URL": url}
        command = [sys.executable, "-m", "bench.directory", "measure"]
        subprocess.run(command, env=environment, check=True)
    print(flush=True)


def measure() -> None:
    from webdial.cli.database import open_database  # noqa: PLC0415 - sets Django up

    open_database()
    user = fill()
    _tell(SEARCHES, read, answerer(user))
    fill_users()
    print("  users")
    _tell(USER_SEARCHES, lambda search: read_users(user, search), users_answerer(user))


def _tell(
    searches: Sequence[str], read: Callable[[str], int], answer: Callable[[str], int]
) -> None:
    for search in searches:
        found, read_ms, read_cpu = timed(lambda text=search: read(text))
        _, answer_ms, answer_cpu = timed(lambda text=search: answer(text))
        print(
            f"  {search!r:18} {found:6} found   read {read_ms:6.1f} ({read_cpu:5.1f})"
            f"   whole answer {answer_ms:6.1f} ({answer_cpu:5.1f})",
            flush=True,
        )


def timed(act: Callable[[], int]) -> tuple[int, float, float]:
    """What `act` gives, its shortest time, and the mean of the processor time it takes, in ms."""
    spent = processor_clock()
    times, spent_before = [], spent()
    for _ in range(ROUNDS):
        began = time.perf_counter()
        given = act()
        times.append(time.perf_counter() - began)
    return given, 1000 * min(times), 1000 * (spent() - spent_before) / ROUNDS


def read(search: str) -> int:
    from webdial.site.pages.directory import PAGE_SIZE, owners_found  # noqa: PLC0415

    return len(owners_found(search, slice(0, PAGE_SIZE + 1)))


def answerer(user: Any) -> Callable[[str], int]:
    """Makes the answer to a search as the page asks for it."""
    from django.test import RequestFactory  # noqa: PLC0415
    from django_htmx.middleware import HtmxDetails  # noqa: PLC0415

    from webdial.exchange import Exchange  # noqa: PLC0415
    from webdial.site.domain.configuration import ConfigurationReader  # noqa: PLC0415
    from webdial.site.pages.dial import dial  # noqa: PLC0415

    nothing: Any = None
    exchange = Exchange(
        configuration=ConfigurationReader(), journal=nothing, sender=nothing, run_id="bench"
    )

    def answer(search: str) -> int:
        request: Any = RequestFactory(headers={"HX-Request": "true", "Host": "localhost"}).get(
            "/dial", {"q": search}
        )
        request.scope = {"state": {"exchange": exchange}}
        request.user, request.session, request.htmx = user, {}, HtmxDetails(request)
        response = dial(request)
        assert response.status_code == 200
        return len(response.content)

    return answer


def fill() -> Any:
    """Make up the people, as an import does; the user who searches."""
    from django.db import connection  # noqa: PLC0415

    from webdial.site.domain.directory import refresh_lines  # noqa: PLC0415
    from webdial.site.domain.phones import digits_of  # noqa: PLC0415
    from webdial.site.domain.users import UserDetails, save_user  # noqa: PLC0415
    from webdial.site.models import Company, Person, Phone, Role  # noqa: PLC0415

    chance = random.Random(7946)
    names = (f"{_last(chance)} {chance.choice(_TRADES)} {n}" for n in range(COMPANIES))
    companies = Company.objects.bulk_create([Company(name=name) for name in names], 100)
    people = Person.objects.bulk_create(
        [
            Person(
                name=f"{chance.choice(_FIRST)} {_last(chance)}", company=chance.choice(companies)
            )
            for _ in range(PEOPLE)
        ],
        100,
    )
    phones = [
        *(_phones(Phone, digits_of, chance, person=person) for person in people),
        *(
            _phones(Phone, digits_of, chance, company=company)
            for company in companies[:COMPANIES_WITH_NUMBERS]
        ),
    ]
    Phone.objects.bulk_create([phone for each in phones for phone in each], 100)
    refresh_lines(Person.objects.all())
    refresh_lines(Company.objects.all())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # as autovacuum does within a minute
    return save_user(UserDetails("ada", "AB", "Ada Byrne", None, "201", Role.ADMINISTRATOR))


def fill_users() -> None:
    from django.db import connection  # noqa: PLC0415

    from webdial.site.models import Branch, User  # noqa: PLC0415

    chance = random.Random(4711)
    branches = Branch.objects.bulk_create(
        [Branch(agency_id=f"B{n}", name=f"{_last(chance)} {n}") for n in range(BRANCHES)]
    )
    users = (
        User(
            login=f"u{n}",
            staff_id=f"ST{n}",
            name=f"{chance.choice(_FIRST)} {_last(chance)}",
            email=f"u{n}@example.com",
            password="!",
            extension=f"{1000 + n % 9000}",
            branch=chance.choice(branches),
        )
        for n in range(USERS)
    )
    User.objects.bulk_create(users, 500)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def read_users(user: Any, search: str) -> int:
    """How many are found, and the first page of them read."""
    from django.test import RequestFactory  # noqa: PLC0415

    from webdial.site.domain.user_lists import UserFilter, filtered_users  # noqa: PLC0415
    from webdial.site.pages.maintenance.lists import page_of  # noqa: PLC0415

    rows = filtered_users(user, UserFilter(search))
    page = page_of(rows, RequestFactory().get("/"), is_search=bool(search))
    assert len(list(page)) == min(page.paginator.count, 50)
    return int(page.paginator.count)


def users_answerer(user: Any) -> Callable[[str], int]:
    """Makes the page of Maintenance | Users."""
    from django.test import RequestFactory  # noqa: PLC0415
    from django_htmx.middleware import HtmxDetails  # noqa: PLC0415

    from webdial.site.pages.maintenance.users import list_all_users  # noqa: PLC0415

    def answer(search: str) -> int:
        request: Any = RequestFactory(headers={"Host": "localhost"}).get(
            "/maintenance/users", {"search": search}
        )
        request.user, request.session, request.htmx = user, {}, HtmxDetails(request)
        response = list_all_users(request)
        assert response.status_code == 200
        return len(response.content)

    return answer


def _phones(phone: Any, digits_of: Any, chance: random.Random, **owner: Any) -> list[Any]:
    return [
        phone(label=label, number=number, digits=digits_of(number), **owner)
        for label, number in _numbers(chance)
    ]


def _last(chance: random.Random) -> str:
    return chance.choice(_BEGINNINGS) + chance.choice(_ENDINGS)


def _numbers(chance: random.Random) -> Iterator[tuple[str, str]]:
    """Two made-up numbers; they are written down and never dialled."""
    yield "work", f"020 {chance.randrange(7000, 8999)} {chance.randrange(10_000):04}"
    mobile = chance.randrange(1_000_000)
    yield "mobile", f"07700 {mobile:06}" if mobile % 3 else f"+44 7700 {mobile:06}"


if __name__ == "__main__":
    sys.exit(main())
