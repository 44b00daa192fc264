"""One way to check and keep what people type into a field."""

from collections.abc import Mapping

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


def check_constraints(row: models.Model, *, fields: Mapping[str, str]) -> None:
    """Raise InvalidValueError in the words of the model's constraint that `row` would break.

    `fields` has the field to blame by the constraint's name.
    """
    for model, constraints in row.get_constraints():
        for constraint in constraints:
            try:
                constraint.validate(model, row)
            except ValidationError as error:
                field = fields.get(constraint.name, "")
                raise InvalidValueError(" ".join(error.messages), field=field) from error
