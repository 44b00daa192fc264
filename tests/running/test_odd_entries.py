"""Entries that a database could refuse stop nobody's calls; both databases keep the longest ones."""

import threading

from tests.server import MECHANISM, Installation, Reply


def test_longest_values_and_odd_characters_are_kept(installation: Installation) -> None:
    """A branch with the longest name and a value of its own, beside numbers no database likes."""
    printed = installation.run_all(
        ["branch", "add", "LONG", "--name", "ß" * 120],
        ["user", "add", "long", "--name", "N" * 120, "--branch", "LONG", "--extension", "7" * 80],
        ["setting", "set", MECHANISM, "tel:#;x={^}" + "y" * 3000, "--branch", "LONG"],
        ["setting", "set", MECHANISM, "tel:#"],
        ["token", "create", "long"],
    )
    theirs = {"Authorization": f"Bearer {printed.splitlines()[-1]}"}
    replies: list[Reply] = []
    with installation.serving() as server:

        def place(number: str, **headers: str) -> None:
            replies.append(server.place_call(number, **headers))

        threads = [
            threading.Thread(target=place, args=(f"0163296{index:04}",), kwargs=headers)
            for index in range(20)
            for headers in ({}, theirs)
        ]
        threads += [threading.Thread(target=place, args=("020 7946 0123 (\u200b\x7f)",))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert {reply.status for reply in replies} <= {201, 422}
    assert sum(reply.status == 201 for reply in replies) >= 40
