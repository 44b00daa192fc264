"""Every check by its id: what it finds, and what to do then. E is an error, W a warning."""

from dataclasses import dataclass
from typing import Final

from django.core.checks import ERROR, WARNING, CheckMessage

CHECKS: Final[dict[str, "Check"]] = {}
"""All of them, by id."""


@dataclass(frozen=True, slots=True)
class Check:
    id: str
    meaning: str
    hint: str

    @property
    def is_error(self) -> bool:
        return self.id.partition(".")[2].startswith("E")

    def found(self, message: str, *, hint: str = "") -> CheckMessage:
        """This check's finding; `message` tells what was found where, and never a secret."""
        level = ERROR if self.is_error else WARNING
        return CheckMessage(level, message, hint=hint or self.hint, id=self.id)


def _check(number: str, meaning: str, hint: str) -> Check:
    check = Check(f"webdial.{number}", meaning, hint)
    assert check.id not in CHECKS
    CHECKS[check.id] = check
    return check


FOLDER_UNUSABLE = _check(
    "E001",
    "The data folder is no folder, or cannot be written.",
    "Give the folder to the system user that runs Webdial, or name another one in WEBDIAL_DATA.",
)
FOLDER_MISSING = _check(
    "W002",
    "There is no data folder yet.",
    "It is made at the first start. If there was one, look at WEBDIAL_DATA.",
)
FOLDER_OPEN = _check(
    "W003",
    "Others on this machine may look into the data folder.",
    "Close it: chmod 700, as the user that runs Webdial.",
)
SECRET_KEY_UNUSABLE = _check(
    "E004",
    "The key that signs sessions is too short or damaged.",
    "Give one of at least 32 characters, or remove the file: a new key is then made.",
)
FILE_OPEN = _check(
    "W005",
    "Others on this machine may read the database or a key.",
    "Close it: chmod 600, as the user that runs Webdial.",
)
DATABASE_URL_WRONG = _check(
    "E006",
    "WEBDIAL_DATABASE_URL cannot be used.",
    "postgresql://user:password@host:port/name, or sqlite:///path/to/file.",
)
HOST_WRONG = _check(
    "E007",
    "WEBDIAL_HOSTS holds what is no host name: it fits no request.",
    "Names alone, separated by commas, without https:// and without a port.",
)
ANY_HOST = _check(
    "W008",
    "WEBDIAL_HOSTS takes any name.",
    "List the names under which people reach the site.",
)
NO_HTTPS = _check(
    "W009",
    "People reach the site under a name, and cookies are sent without https.",
    "Put https in front and set WEBDIAL_HTTPS=yes.",
)
HTTPS_WITHOUT_NAME = _check(
    "W010",
    "WEBDIAL_HTTPS is on, and the site answers under names of this machine alone.",
    "List the name that people type in WEBDIAL_HOSTS.",
)
VALUE_UNKNOWN = _check(
    "E011",
    "A variable has a value that it does not know.",
    "The manual's page on environment variables lists the values.",
)
ANY_PROXY = _check(
    "W012",
    "FORWARDED_ALLOW_IPS believes everybody's X-Forwarded-Proto.",
    "Name the address of the reverse proxy.",
)
METRICS_TOKEN_SHORT = _check(
    "W013",
    "WEBDIAL_METRICS_TOKEN is short enough to be guessed.",
    "Take at least 16 characters, such as from: openssl rand -hex 24",
)
VARIABLE_UNKNOWN = _check(
    "W014",
    "A variable that begins with WEBDIAL_ is none that is read.",
    "Correct its name, or remove it.",
)
SETTINGS_UNUSABLE = _check(
    "E015",
    "The program cannot be set up with these variables.",
    "Correct the variable that the sentence names.",
)

DATABASE_MISSING = _check(
    "W101",
    "There is no database yet.",
    "It is made at the first start. If there was one, look at WEBDIAL_DATA and WEBDIAL_DATABASE_URL.",
)
DATABASE_UNREACHABLE = _check(
    "E102",
    "The database cannot be read and written.",
    "Start it, or correct WEBDIAL_DATABASE_URL and the rights of its user.",
)
DATABASE_OLDER = _check(
    "E103",
    "The database is older than this program, so the configuration was not looked at.",
    "Back it up and start the server, which upgrades it; then check again.",
)
DATABASE_NEWER = _check(
    "E104",
    "A newer program has upgraded the database.",
    "Install that version, or bring the database back from the backup.",
)

CREDENTIAL_KEYS_UNUSABLE = _check(
    "E201",
    "A credential key is none.",
    "Make one with: webdial credential new-key",
)
CREDENTIAL_KEY_MISSING = _check(
    "E202",
    "Secrets are kept, and the key that opens them is not there.",
    "Bring credential.key back from its backup, or set WEBDIAL_CREDENTIAL_KEYS.",
)
SECRET_SEALED_ELSEWHERE = _check(
    "E203",
    "A secret opens with none of the keys.",
    "Give the key that it was sealed with in WEBDIAL_CREDENTIAL_KEYS, or set it anew.",
)
SECRETS_UNDER_OLD_KEY = _check(
    "W204",
    "Secrets are still sealed under an older key.",
    "Seal them under the first one: webdial credential rotate",
)

CATALOGUE_ID_GONE = _check(
    "E301",
    "A phone system is set up by a file of the catalogue that is not there.",
    "Choose another file in Maintenance | Phone Systems.",
)
FILE_FAULTY = _check(
    "E302",
    "A phone system's own file has a fault.",
    "Correct it in Maintenance | Phone Systems.",
)
CERTIFICATE_WRONG = _check(
    "E303",
    "What is kept to know a phone system by is no certificate and no fingerprint.",
    "Paste it anew in Maintenance | Phone Systems.",
)
CERTIFICATE_EXPIRED = _check(
    "E304",
    "A certificate that a phone system is verified by has expired.",
    "Paste the new one in Maintenance | Phone Systems.",
)
CERTIFICATE_EXPIRES = _check(
    "W305",
    "A certificate that a phone system is verified by expires within 30 days.",
    "Paste the new one beside it in Maintenance | Phone Systems; both may stand there.",
)
FIELDS_MISSING = _check(
    "W306",
    "A phone system that no setting names is not filled in.",
    "Fill it in under Maintenance | Phone Systems, or remove it.",
)
PHONE_WITHOUT_SYSTEM = _check(
    "E307",
    "A user's phone rings through a phone system that cannot be used.",
    "Change the phone under Maintenance | Users, or mend the phone system.",
)

DIAL_STRING_FAULTY = _check(
    "E401",
    "A dial string that is set has a fault.",
    "Correct it in Maintenance | General Settings, which shows the place.",
)
SYSTEM_UNKNOWN = _check(
    "E402",
    "A setting names a phone system that is not there.",
    "Set it up, or correct the name in Maintenance | General Settings.",
)
SYSTEM_OFF = _check(
    "E403",
    "A setting names a phone system that is switched off.",
    "Switch it on in Maintenance | Phone Systems.",
)
SYSTEM_FAULTY = _check(
    "E404",
    "A setting names a phone system whose file has a fault.",
    "Correct the file in Maintenance | Phone Systems.",
)
SYSTEM_NOT_FILLED_IN = _check(
    "E405",
    "A setting names a phone system that is not filled in.",
    "Fill it in under Maintenance | Phone Systems.",
)
CREDENTIAL_UNKNOWN = _check(
    "E406",
    "A dial string takes a credential that is not kept.",
    "Keep it: webdial credential set, or Maintenance | Credentials.",
)
SETTING_WRONG = _check(
    "E407",
    "A setting for numbers or time limits has a value that cannot be used.",
    "Correct it in Maintenance | General Settings.",
)
FUNCTION_AS_DELIVERED = _check(
    "W408",
    "FUNCTION is in force, and the function has not been written: it returns null for each number.",
    "Write it in Maintenance | Database Functions.",
)
FUNCTION_FAULTY = _check(
    "E409",
    "The database function that is in force has a fault.",
    "Correct it in Maintenance | Database Functions, or go back to an older version there.",
)
SETTING_MISSPELT = _check(
    "W410",
    "A setting of your own has nearly the name of one that the program reads.",
    "If that one was meant, set it, and clear this one.",
)

FUNCTION_HOST_NOT_ALLOWED = _check(
    "W411",
    "The database function writes a host that requests may not go to.",
    "If it is meant, add it to Allowed Hosts in Maintenance | General Settings.",
)
HOST_NEVER_ALLOWED = _check(
    "E413",
    "A dial string or a phone system goes to an address that is never allowed.",
    "Write the phone system's own address; the manual's page on where requests go lists those.",
)
OWN_MACHINE_NAMED = _check(
    "W414",
    "A dial string or a phone system goes to Webdial's own machine.",
    "If the phone system runs there, add it to Allowed Hosts to say so; else write its address.",
)
USERS_HOST_NOT_ALLOWED = _check(
    "W415",
    "Users have filled in hosts that requests may not go to.",
    "If they are meant, add them, or the network of the phones, to Allowed Hosts.",
)

NOT_ANSWERING = _check(
    "W419",
    "A phone system does not answer, and calls to it are held back.",
    "See whether it runs and can be reached from this machine. It is tried again by itself.",
)
ABROAD_UNKNOWN = _check(
    "W420",
    "Numbers abroad need a right, and which are abroad is not known without a country.",
    "Set Number Country in Maintenance | General Settings, or take abroad out of Numbers That Need a Right.",
)
QUIET_HOURS_IN_UTC = _check(
    "W421",
    "There are quiet hours, and no time zone for them: they are taken as UTC.",
    "Set Time Zone in Maintenance | General Settings.",
)

EXTENSION_MISSING = _check(
    "W501",
    "Users have no extension, and what is in force for them wants one.",
    "Give them one in Maintenance | Users.",
)
TOKEN_OF_NOBODY = _check(
    "W502",
    "A deactivated user has tokens; they place no calls.",
    "Revoke them: webdial token list, webdial token revoke.",
)
NO_ADMINISTRATOR = _check(
    "W503",
    "Nobody may administer.",
    "Add one: webdial user add LOGIN --name NAME --administrator --password",
)

CLOCK_BEHIND = _check(
    "W601",
    "The clock is behind what has been written: it was set back, or was wrong before.",
    "Set the clock, by NTP.",
)
CLOCK_DIFFERS = _check(
    "W602",
    "The clock differs from that of the database's server.",
    "Set both clocks, by NTP.",
)
DISK_FULL = _check(
    "E603",
    "Less than 100 MB are free on the disk of the data folder.",
    "Make room: when the disk is full no call can be placed.",
)
DISK_FILLING = _check(
    "W604",
    "Less than 1 GB is free on the disk of the data folder.",
    "Make room before it is full.",
)
