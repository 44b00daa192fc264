"""Commands run one after the other in one process: what each printed, or which of them failed."""

import pytest

from bench import commands


def test_run_gives_what_the_command_printed() -> None:
    printed = commands.run(["preview", "020 7946 0123", "--setting", "tel:#"])
    assert "tel:02079460123" in printed


def test_command_that_fails_is_named_after_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        commands.run(["setting", "forget", "everything"])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert "No such command 'forget'" in told
    assert told.endswith("\nwebdial setting forget failed\n")
