"""What the pretend phone system is made of: desk phones, outside parties, times."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from webdial.errors import InvalidValueError
from webdial.simulator.lines import PhoneId, parse_extension, parse_written_number

_MAX_PHONES = 200
"""Of each kind. The page draws every one of them; a wall of more helps nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPhone:
    """A phone on a desk of the business. Raises InvalidValueError for an impossible extension."""

    extension: str
    name: str
    branch: str = ""
    answers_itself: bool = False

    def __post_init__(self) -> None:
        parse_extension(self.extension)

    @property
    def phone_id(self) -> PhoneId:
        return PhoneId(self.extension)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideParty:
    """Somebody with a known number, written as people write it: "020 7946 0123".

    Every other number can be rung too; it is shown without a name.
    """

    number: str
    name: str
    answers_itself: bool = False

    def __post_init__(self) -> None:
        parse_written_number(self.number)

    @property
    def phone_id(self) -> PhoneId:
        return PhoneId(parse_written_number(self.number))


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorConfig:
    """A whole pretend phone system.

    `started_from` names the command that runs it ("webdial demo"), `product_url` is where its page
    links back to; both may be empty. Requests from other machines are refused unless
    `open_to_others`, which the page then says. Times are seconds. `redirect_away_to` is where the
    fault of that name points; its default can never be reached (RFC 6761 section 6.4).

    Raises InvalidValueError when phones are missing, too many, or share an extension or number.
    """

    desk_phones: tuple[DeskPhone, ...]
    outside_parties: tuple[OutsideParty, ...] = ()
    started_from: str = ""
    product_url: str = ""
    open_to_others: bool = False
    desk_rings_s: float = 30.0
    dialling_s: float = 0.8
    outside_rings_s: float = 45.0
    auto_answer_after_s: float = 2.0
    redirect_away_to: str = "http://elsewhere.invalid/"

    @property
    def phones(self) -> tuple[DeskPhone | OutsideParty, ...]:
        return (*self.desk_phones, *self.outside_parties)

    def __post_init__(self) -> None:
        _check_phones(self)
        if self.product_url and urlsplit(self.product_url).scheme not in {"http", "https"}:
            raise InvalidValueError("The product's address is no web address.", field="product_url")


def _check_phones(config: SimulatorConfig) -> None:
    if not config.desk_phones:
        raise InvalidValueError("A phone system needs a desk phone.", field="desk_phones")
    if max(len(config.desk_phones), len(config.outside_parties)) > _MAX_PHONES:
        raise InvalidValueError(f"At most {_MAX_PHONES} phones of a kind.", field="desk_phones")
    seen: set[PhoneId] = set()
    for phone in config.phones:
        if phone.phone_id in seen:
            raise InvalidValueError(f"Two phones have {phone.phone_id}.", field="desk_phones")
        seen.add(phone.phone_id)
