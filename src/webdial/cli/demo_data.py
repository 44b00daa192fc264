"""The made-up business of the demo.

Every number is from the ranges that regulators keep for drama and nobody can be rung at: Ofcom's
"Telephone numbers for use in TV and radio drama programmes", and 555-0100 to 555-0199 of the
North American Numbering Plan.
"""

import secrets
from typing import Final

from webdial.exchange.general_settings import ALLOWED_HOSTS, MECHANISM, TOTAL_TIME_LIMIT
from webdial.simulator import DeskPhone, OutsideParty, SimulatorConfig
from webdial.site.domain.branches import save_branch
from webdial.site.domain.general_settings import override_setting
from webdial.site.domain.people import save_person
from webdial.site.domain.phones import LabelledNumber
from webdial.site.domain.users import UserDetails, save_user
from webdial.site.models import Role

_WORDS: Final = (
    "amber",
    "brook",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "harbour",
    "islet",
    "juniper",
)

# AgencyID, name, dial string; {phones} is the pretend phone system's address.
_BRANCHES: Final = (
    ("LON", "London", None),
    ("LDS", "Leeds", "{{POST}}{phones}/ivr/PbxAPI.aspx?func=make_call<&>from=^<&>to=#"),
    ("CDF", "Cardiff", "tel:#"),
    ("GLA", "Glasgow", "{phones}/faults/never/ivr/PbxAPI.aspx?func=make_call&from=^&to=#"),
)
_FOR_ALL: Final = "{phones}/ivr/PbxAPI.aspx?func=make_call&from=^&to=#"

# Sign-in name, name, StaffID, AgencyID, extension, role, mobile, what the demo says of them.
_USERS: Final = (
    ("ada", "Ada Byrne", "AB", "LON", "201", Role.ADMINISTRATOR, "07700 900101",
     "administrator, London: sees Maintenance"),
    ("carl", "Carl Osei", "CO", "LON", "203", Role.CALLER, "07700 900103",
     "London: GET, the setting for all branches"),
    ("dora", "Dora Lindqvist", "DL", "LDS", "301", Role.CALLER, "07700 900104",
     "Leeds: a POST dial string of the branch's own"),
    ("huw", "Huw Prosser", "HP", "CDF", "401", Role.CALLER, "07700 900106",
     "Cardiff: a link, opened on your own machine"),
    ("isla", "Isla Reid", "IR", "GLA", "501", Role.CALLER, "07700 900107",
     "Glasgow: a phone system that never answers"),
    ("bea", "Bea Novak", "BN", "LON", "202", Role.BRANCH_MANAGER, "07700 900102",
     "branch manager, London: sees its staff, settings and calls"),
    ("finn", "Finn Adeyemi", "FA", "LDS", "", Role.CALLER, "07700 900105", ""),
)  # fmt: skip

_PEOPLE: Final = (
    ("Agatha Penrose", "Penrose & Vale Solicitors", (("work", "020 7946 0123"), ("mobile", "07700 900223"))),
    ("Bartholomew Quill", "Quill Bookbinders", (("shop", "0113 496 0187"),)),
    ("Clementine Yusuf", "Harbourlight Ferries", (("bookings", "029 2018 0345"), ("mobile", "07700 900361"))),
    ("Desmond Okafor", "Okafor Electrical", (("office", "0121 496 0744"), ("after hours", "07700 900412"))),
    ("Eleri Vaughan", "Cwm Dairy", (("dairy", "029 2018 0120"),)),
    ("Florian Weiss", "Quill Bookbinders", (("workshop", "0113 496 0188"),)),
    ("Greta Halvorsen", "Northwind Charter", (("desk", "0191 498 0522"), ("mobile", "+44 7700 900518"))),
    ("Hamish McAllister", "McAllister Whisky", (("distillery", "0131 496 0623"),)),
    ("Imogen Castellano", "Castellano Catering", (("kitchen", "0161 496 0815"), ("mobile", "07700 900604"))),
    ("Jasper Lindgren", "Lindgren Optics", (("reception", "020 7946 0456"), ("direct", "020 7946 0456 ext 12"))),
    ("Keiko Tanabe", "Tanabe Design", (("studio", "0117 496 0932"),)),
    ("Lorenzo Bianchi", "Bianchi Cycles", (("shop", "0151 496 0277"), ("mobile", "07700 900719"))),
    ("Maeve O’Sullivan", "Glasshouse Nurseries", (("nursery", "028 9649 6311"),)),
    ("Nathaniel Brooks", "Brooks Freight", (("New York", "+1 212 555 0142"), ("freephone", "08081 570 190"))),
    ("Ottilie Hargreaves", "Penrose & Vale Solicitors", (("work", "020 7946 0124"),)),
    ("Priya Raman", "Raman Analytics", (("office", "0114 496 0365"), ("mobile", "07700 900845"))),
    ("Quentin Abara", "", (("home", "01632 960 417"),)),
    ("Rosalind Fairweather", "Fairweather Events", (("office", "0116 496 0598"), ("mobile", "07700 900933"))),
)  # fmt: skip


def simulated_phones(site: str) -> SimulatorConfig:
    """The desk phones and outside parties that fit the made-up business, for the site at `site`."""
    branches = {agency_id: name for agency_id, name, _ in _BRANCHES}
    return SimulatorConfig(
        desk_phones=tuple(
            DeskPhone(extension=extension, name=name, branch=branches[agency_id])
            for _, name, _, agency_id, extension, *_ in _USERS
            if extension
        ),
        outside_parties=tuple(
            OutsideParty(number=numbers[0][1], name=name) for name, _, numbers in _PEOPLE
        ),
        started_from="webdial demo",
        product_url=site,
    )


def fill_demo(phones: str) -> list[tuple[str, str, str]]:
    """Fill an empty database for a pretend phone system at the address `phones`.

    Returns sign-in name, password and description of the users to show. Passwords are made anew
    for every demo.
    """
    branches = {
        agency_id: save_branch(agency_id=agency_id, name=name) for agency_id, name, _ in _BRANCHES
    }
    override_setting(MECHANISM.name, _FOR_ALL.format(phones=phones))
    for agency_id, _, dial_string in _BRANCHES:
        if dial_string:
            value = dial_string.format(phones=phones)
            override_setting(MECHANISM.name, value, branch=branches[agency_id])
    override_setting(TOTAL_TIME_LIMIT.name, "8", branch=branches["GLA"])
    # The pretend phone system is on this machine, and whatever is tried in the demo may go there.
    override_setting(ALLOWED_HOSTS.name, phones.partition("://")[2])
    shown = []
    for login, name, staff_id, agency_id, extension, role, mobile, description in _USERS:
        password = _made_up_password() if description else ""
        details = UserDetails(
            login=login,
            staff_id=staff_id,
            name=name,
            branch=branches[agency_id],
            extension=extension,
            role=role,
            phones=[LabelledNumber("mobile", mobile)],
        )
        save_user(details, password=password)
        if password:
            shown.append((login, password, description))
    for name, company, numbers in _PEOPLE:
        phones_of_person = [LabelledNumber(label, number) for label, number in numbers]
        save_person(name=name, company=company, phones=phones_of_person)
    return shown


def _made_up_password() -> str:
    return f"{secrets.choice(_WORDS)}-{secrets.choice(_WORDS)}-{secrets.randbelow(90) + 10}"
