"""One way to check and keep what people type into a field."""

from django.core.exceptions import ValidationError
from django.db import models

from webdial.errors import InvalidValueError


def kept_text(value: str, *, field: str, label: str, most: int, required: bool = True) -> str:
    """`value` without blanks around it. Raises InvalidValueError when it cannot be kept."""
    text = value.strip()
    if required and not text:
        raise InvalidValueError(f"{label} is missing.", field=field)
    if len(text) > most:
        raise InvalidValueError(f"{label} has more than {most} characters.", field=field)
    if not text.isprintable():
        raise InvalidValueError(f"{label} holds characters that cannot be seen.", field=field)
    return text


def check_constraints(row: models.Model, *, field: str = "") -> None:
    """Raise InvalidValueError in the words of the model's constraint that `row` would break."""
    try:
        row.validate_constraints()
    except ValidationError as error:
        raise InvalidValueError(" ".join(error.messages), field=field) from error
