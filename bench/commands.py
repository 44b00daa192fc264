"""Several `webdial` commands in one process, since each process of its own takes a second or more.

    python -m bench.commands '[["branch", "add", "LON", "--name", "London"], ["token", "create", "x"]]'

prints a JSON list of what each of them printed. The first that fails ends it with its own message
and exit status.
"""

import contextlib
import io
import json
import sys
from collections.abc import Sequence

from webdial.cli import main as webdial


def run(arguments: Sequence[str]) -> str:
    """What the command printed. Raises SystemExit when it failed, after its message."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            webdial(list(arguments))
        except SystemExit as ended:
            if ended.code:
                print(f"webdial {' '.join(arguments[:2])} failed", file=sys.stderr)
                raise
    return printed.getvalue()


if __name__ == "__main__":
    print(json.dumps([run(arguments) for arguments in json.loads(sys.argv[1])]))
