"""Where else a promise is proven: tests that stand beside the code that keeps it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parents[2]


def proven_by(*tests: str) -> Callable[[], None]:
    """A test that each of these is still there: `tests/folder/test_file.py::test_name`.

    They run by themselves; to run them again here would only take time.
    """

    def test_proofs_are_there() -> None:
        missing = [test for test in tests if not _is_there(test)]
        assert not missing, missing

    return test_proofs_are_there


def _is_there(test: str) -> bool:
    file, _, name = test.partition("::")
    path = _ROOT / file
    if not path.is_file():
        return False
    return bool(
        re.search(rf"^(async )?def {name}\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    )
