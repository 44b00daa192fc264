"""What `filling` tells of the rows that it made, for those who open the pages."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Filled:
    passwords: dict[str, str]
    """By sign-in name."""

    token: str
    """Carl's, for the API."""

    rows: dict[str, str]
    """What stands in addresses, by the name that it has there."""

    calls: dict[str, str]
    """The id of a call by its outcome."""

    codes: list[str]
    """Ada's recovery codes; each holds once."""

    routes: dict[str, str]
    """The route of each name of the site's addresses."""

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")


def read_filled(file: Path) -> Filled:
    return Filled(**json.loads(file.read_text(encoding="utf-8")))
