"""Loaded by Python as it starts (PYTHONPATH): every text that is looked up in German is ⟦text⟧.

For test_pseudo_language.py alone; the program itself knows nothing of it.
"""

from django.utils.translation.trans_real import CONTEXT_SEPARATOR, DjangoTranslation

_gettext, _ngettext = DjangoTranslation.gettext, DjangoTranslation.ngettext


def gettext(self: DjangoTranslation, message: str) -> str:
    text = message.rpartition(CONTEXT_SEPARATOR)[2]
    return f"⟦{text}⟧" if self.language() == "de" else _gettext(self, message)


def ngettext(self: DjangoTranslation, one: str, many: str, count: float) -> str:
    told = one if count == 1 else many
    return f"⟦{told}⟧" if self.language() == "de" else _ngettext(self, one, many, count)


DjangoTranslation.gettext = gettext
DjangoTranslation.ngettext = ngettext
