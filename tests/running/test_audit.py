"""What servers and commands write while they run, are killed and start anew stands as it was written."""

import re
import sqlite3
import threading
from contextlib import suppress
from http.client import HTTPException

from tests.server import Installation


def test_killed_server_leaves_a_log_that_stands(installation: Installation) -> None:
    installation.dial_by("tel:#")
    with installation.serving() as server:
        head = installation.run("audit", "head").stdout.strip()
        is_placed = threading.Event()

        def place_until_killed() -> None:
            with suppress(OSError, HTTPException):
                while server.place_call("01632960099").status == 201:
                    is_placed.set()

        threads = [threading.Thread(target=place_until_killed) for _ in range(4)]
        for thread in threads:
            thread.start()
        assert is_placed.wait(30)
        server.kill()
        for thread in threads:
            thread.join(30)
    with installation.serving() as server:
        assert server.place_call("01632960123").status == 201
        done = installation.run("audit", "verify", "--head", head)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^\d+ calls \(0 erased\) and \d+ changes looked at", done.stdout)
    assert "2 chains" in done.stdout


def test_tampering_is_told_by_call_id_and_status(sqlite_installation: Installation) -> None:
    sqlite_installation.dial_by("tel:#")
    with sqlite_installation.serving() as server:
        call_id = server.place_call("01632960123").content["id"]
    with sqlite3.connect(sqlite_installation.folder / "webdial.sqlite3") as database:
        database.execute("UPDATE webdial_call SET dialled = '0900'")
    database.close()
    done = sqlite_installation.run("audit", "verify")
    assert done.returncode == 1
    assert done.stdout.startswith(f"Call {call_id} of ")
