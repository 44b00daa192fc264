"""What a token is for, and until when, over real HTTP: on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.server import Installation, Reply, Server, until

PLACES, READS, BOTH = ["place-calls"], ["read-calls"], ["place-calls", "read-calls"]


def made(installation: Installation, scopes: list[str], *options: str) -> str:
    given = [part for scope in scopes for part in ("--scope", scope)]
    done = installation.run("token", "create", "carl", "--name", "Of test", *given, *options)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def ask(server: Server, token: str, operation: str, call: str) -> Reply:
    bearer = {"Authorization": f"Bearer {token}"}
    if operation == "place":
        return server.place_call("020 7946 0123", **bearer)
    return server.ask(call if operation == "read" else "/api/v1/phones", **bearer)


# Every operation, tried with every kind of token: the status that answers.
TABLE = {
    # operation   both  places  reads  lapsed  revoked
    "place":     (201, 201, 403, 401, 401),
    "read":      (200, 403, 200, 401, 401),
    "phones":    (200, 200, 200, 401, 401),
}  # fmt: skip


def test_every_operation_by_every_token(installation: Installation) -> None:
    installation.dial_by("tel:#")
    installation.run_all(["setting", "set", "Same Call Within", "0"])
    today = datetime.now(UTC).date()
    tokens = [made(installation, scopes) for scopes in (BOTH, PLACES, READS, BOTH)]
    tokens.append(made(installation, BOTH, "--expires", today.isoformat()))
    lapse(installation)
    with installation.serving() as server:
        call = server.place_call("020").headers["location"]
        # The last of both is revoked while the server runs; it notices within a second.
        installation.run("token", "revoke", id_of(installation, 3))
        until(lambda: ask(server, tokens[3], "phones", call), status=401)
        kinds = (tokens[0], tokens[1], tokens[2], tokens[4], tokens[3])
        for operation, expected in TABLE.items():
            replies = [ask(server, token, operation, call) for token in kinds]
            assert tuple(reply.status for reply in replies) == expected, operation
        lapsed = ask(server, tokens[4], "phones", call)
        assert (lapsed.content["code"], "lapsed" in lapsed.content["detail"]) == (
            "unauthorised",
            True,
        )
        refused = ask(server, tokens[2], "place", call)
        assert refused.content["code"] == "not_allowed"
        used = until_listed(installation, today.isoformat())
    lines = used.splitlines()
    assert "place-calls,read-calls" in lines[-1] or "place-calls,read-calls" in lines[0]


def until_listed(installation: Installation, day: str) -> str:
    """The list, once the upkeep of the server has written down that tokens were used today."""
    for _ in range(60):
        listed = installation.run("token", "list").stdout
        if listed.count(f"\t{day}\n") >= 3:
            return listed
    pytest.fail(f"no use of a token was written down: {listed}")


def id_of(installation: Installation, place: int) -> str:
    """The id of the token made at this place; the newest stands first in the list."""
    rows = [line.split("\t") for line in installation.run("token", "list").stdout.splitlines()]
    of_test = sorted(int(row[0]) for row in rows if row[2] == "Of test")
    return str(of_test[place])


def lapse(installation: Installation) -> None:
    """As if the day were over for the tokens that have a last day."""
    installation.execute(
        "from webdial.site.models import ApiToken\n"
        "from django.utils import timezone\n"
        "ApiToken.objects.filter(expires_at__isnull=False).update(expires_at=timezone.now())\n"
    )


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--scope", "everything"], "place-calls"),
        (["--expires", "yesterday"], "%Y-%m-%d"),
        (
            ["--expires", (datetime.now(UTC).date() - timedelta(days=1)).isoformat()],
            "lapsed already",
        ),
    ],
)
def test_token_that_cannot_be_made(
    sqlite_installation: Installation, options: list[str], told: str
) -> None:
    done = sqlite_installation.run("token", "create", "carl", *options)
    assert done.returncode != 0
    assert told in done.stderr
    assert done.stdout == ""
