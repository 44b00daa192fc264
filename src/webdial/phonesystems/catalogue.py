"""The phone systems that come with Webdial: a file each, read when it is wanted."""

from functools import lru_cache
from importlib import resources

from webdial.errors import NotFoundError
from webdial.language import translate
from webdial.phonesystems.file import read_phone_system
from webdial.phonesystems.model import PhoneSystem

_FOLDER = resources.files(__package__) / "catalogue"


@lru_cache(maxsize=1)
def catalogue_ids() -> tuple[str, ...]:
    """The ids of all files, sorted."""
    names = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def catalogue_source(system_id: str) -> str:
    """The text of a file. Raises NotFoundError."""
    if system_id not in catalogue_ids():
        raise NotFoundError(
            translate(
                "There is no phone system “{system_id}” in the catalogue.", system_id=system_id
            ),
            hint=translate("webdial system list shows all."),
        )
    return (_FOLDER / f"{system_id}.toml").read_text(encoding="utf-8")


@lru_cache(maxsize=256)
def catalogue_system(system_id: str) -> PhoneSystem:
    """A phone system of the catalogue. Raises NotFoundError."""
    return read_phone_system(catalogue_source(system_id), id=system_id)


def catalogue() -> dict[str, PhoneSystem]:
    """All of them, by id."""
    return {system_id: catalogue_system(system_id) for system_id in catalogue_ids()}
