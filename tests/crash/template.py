"""A process that has the program loaded and forks servers from it, one for each line of its input.

Loading takes a second, and hundreds of servers are started. What runs then is the same as ever.
"""

import json
import os
import runpy
import signal
import sys

import webdial.asgi  # noqa: F401 - loaded for the servers


def main() -> None:
    log = sys.argv[1]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    for line in sys.stdin:
        child = os.fork()
        if not child:
            serve(json.loads(line), log)
        print(child, flush=True)


def serve(arguments: list[str], log: str) -> None:
    """Does not return."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(said, 1)
    os.dup2(said, 2)
    sys.argv = ["webdial", *arguments]
    try:
        runpy.run_module("webdial", run_name="__main__", alter_sys=True)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
