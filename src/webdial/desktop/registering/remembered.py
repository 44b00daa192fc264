"""Which program each kind of link had before, kept in the helper's own folder."""

import json

from webdial.desktop.pairing import folder, write_private

_FILE = "handlers.json"


def load_previous() -> dict[str, str]:
    """By scheme; an empty text for none. Empty when the helper was never registered."""
    try:
        kept = json.loads((folder() / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return (
        {str(scheme): str(each) for scheme, each in kept.items()} if isinstance(kept, dict) else {}
    )


def save_previous(previous: dict[str, str]) -> None:
    write_private(_FILE, json.dumps(previous))


def forget_previous() -> None:
    (folder() / _FILE).unlink(missing_ok=True)
