"""Files of phone systems as the command line names them: a path, `-`, or an id of the catalogue."""

from difflib import get_close_matches
from pathlib import Path

from webdial.cli.standard_input import read_all
from webdial.errors import InvalidValueError, NotFoundError
from webdial.phonesystems import (
    PhoneSystem,
    catalogue_ids,
    catalogue_source,
    catalogue_system,
    read_phone_system,
)

STANDARD_INPUT = "-"


def system_of(name: str) -> tuple[PhoneSystem, str]:
    """The phone system of a file or of the catalogue, and its text.

    Raises NotFoundError, and PhoneSystemError for a file with a fault.
    """
    if name == STANDARD_INPUT or Path(name).is_file():
        text = read_text_of(name)
        return read_phone_system(text, id=Path(name).stem), text
    if name in catalogue_ids():
        return catalogue_system(name), catalogue_source(name)
    near = get_close_matches(name, catalogue_ids(), n=1)
    hint = f"Did you mean {near[0]}?" if near else "webdial system list shows all."
    message = f"There is no file {name}, and no phone system “{name}” in the catalogue."
    raise NotFoundError(message, hint=hint)


def read_text_of(file: str) -> str:
    """The text of a file, or of standard input for `-`. Raises InvalidValueError when it is no UTF-8."""
    if file == STANDARD_INPUT:
        return read_all()
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidValueError(f"{file} is no text in UTF-8.", field="file") from error
