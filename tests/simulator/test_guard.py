"""Other machines are turned away, unless the configuration lets them in."""

from dataclasses import replace
from typing import Any

import pytest
from starlette.types import Message

from webdial.simulator import SimulatorConfig, create_simulator
from webdial.simulator.guard import is_own_machine


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        (("127.0.0.1", 1), True),
        (("127.9.9.9", 1), True),
        (("::1", 1), True),
        (("::ffff:127.0.0.1", 1), True),
        (None, True),
        (("192.168.7.231", 1), False),
        (("::ffff:192.168.7.231", 1), False),
        (("testclient", 1), False),
    ],
)
def test_own_machine_is_told_by_its_address(client: tuple[str, int] | None, expected: bool) -> None:
    assert is_own_machine(client) is expected


@pytest.mark.parametrize(("open_to_others", "expected"), [(False, 403), (True, 200)])
async def test_other_machines_need_permission(
    config: SimulatorConfig, open_to_others: bool, expected: int
) -> None:
    app = create_simulator(replace(config, open_to_others=open_to_others))
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [],
        "client": ("192.168.7.231", 50000),
    }
    await app(scope, receive, send)
    assert sent[0]["status"] == expected
