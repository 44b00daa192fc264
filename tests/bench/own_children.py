"""The processes that a test started: those of the worker's session (a browser, a database) are not."""

import psutil


class OwnChildren:
    def __init__(self) -> None:
        self._before = set(psutil.Process().children(recursive=True))

    def __call__(self, *, recursive: bool = False) -> list[psutil.Process]:
        """Children that have come since the test began, parents before their own children."""
        now = psutil.Process().children(recursive=recursive)
        return [child for child in now if child not in self._before]
