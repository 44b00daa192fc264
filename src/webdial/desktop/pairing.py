"""Which server this machine is paired with, kept in the user's own configuration folder.

The file holds the token, so only the user may read it.
"""

import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

from webdial.desktop.errors import HelperError, NotPairedError

_FOLDER = "webdial-desktop"
_FILE = "pairing.json"


@dataclass(frozen=True)
class Pairing:
    """`site` is the server's address without a slash at its end."""

    site: str
    token: str = field(repr=False)


def folder() -> Path:
    """The helper's own folder; it need not be there yet."""
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData/Roaming") / _FOLDER
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support" / _FOLDER
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / _FOLDER


def load_pairing() -> Pairing:
    """Raises NotPairedError, or HelperError when the file cannot be read."""
    file = folder() / _FILE
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return Pairing(str(kept["site"]), str(kept["token"]))
    except FileNotFoundError:
        raise NotPairedError(
            "This computer is not paired. Make a code under My account | Computers, then run: pair"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HelperError(f"{file} cannot be read. Pair this computer anew.") from error


def save_pairing(pairing: Pairing) -> Path:
    """Put it in place of an earlier one, whole or not at all. Raises OSError."""
    return write_private(_FILE, json.dumps(asdict(pairing)))


def write_private(name: str, text: str) -> Path:
    """A file in the helper's folder that only the user may read. Raises OSError."""
    own = folder()
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    # mkstemp makes the file readable by its owner alone, before anything is in it.
    descriptor, made = tempfile.mkstemp(dir=own, prefix=f".{name}.")
    os.close(descriptor)
    Path(made).write_text(text, encoding="utf-8")
    Path(made).replace(own / name)
    return own / name
