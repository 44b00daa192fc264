"""What is kept, by subject. Columns and constraints only: acts and readings stand in webdial.site.domain."""

from webdial.site.models.access import ApiToken, Computer, ComputerAction
from webdial.site.models.calls import Call, CallClaim, CallLogNote, CallTally
from webdial.site.models.directory import Company, DirectoryLine, Favourite, Person, Phone
from webdial.site.models.history import AuditRecord, Change, ChangeSubject, JournalLink
from webdial.site.models.phone_systems import (
    CertificateRule,
    Credential,
    PhoneSystemPause,
    PhoneSystemSetup,
    PhoneSystemSignIn,
    PhoneSystemValue,
    StartsFrom,
    UserPhone,
)
from webdial.site.models.settings import FunctionVersion, GeneralSetting
from webdial.site.models.shared import CacheEntry, Revision
from webdial.site.models.users import Branch, Role, User, UserManager

__all__ = [
    "ApiToken",
    "AuditRecord",
    "Branch",
    "CacheEntry",
    "Call",
    "CallClaim",
    "CallLogNote",
    "CallTally",
    "CertificateRule",
    "Change",
    "ChangeSubject",
    "Company",
    "Computer",
    "ComputerAction",
    "Credential",
    "DirectoryLine",
    "Favourite",
    "FunctionVersion",
    "GeneralSetting",
    "JournalLink",
    "Person",
    "Phone",
    "PhoneSystemPause",
    "PhoneSystemSetup",
    "PhoneSystemSignIn",
    "PhoneSystemValue",
    "Revision",
    "Role",
    "StartsFrom",
    "User",
    "UserManager",
    "UserPhone",
]
