"""A labelled number of a file, checked as one that is typed into a form."""

from webdial.errors import InvalidValueError
from webdial.language import translate
from webdial.numbers import NumberError, clean_number
from webdial.site.domain.fields import kept_text
from webdial.site.domain.phones import LabelledNumber
from webdial.site.domain.transfer.columns import GivenNumber
from webdial.site.domain.transfer.dropped_digits import refuse_numeric, refuse_shortened


def checked_number(given: GivenNumber) -> LabelledNumber:
    """Raises InvalidValueError for one that could never be dialled, or that a spreadsheet has spoilt."""
    refuse_shortened(given.number)
    if given.is_numeric:
        refuse_numeric(given.number)
    label = kept_text(
        given.label, field="phones", label=translate("The label"), most=40, required=False
    )
    number = kept_text(given.number, field="phones", label=translate("The number"), most=80)
    try:
        clean_number(number)
    except NumberError as error:
        raise InvalidValueError(error.message, field="phones", hint=error.hint) from error
    return LabelledNumber(label, number)
