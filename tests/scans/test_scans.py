"""What the looks at files and packages find; the scanners of others are run by dev.py."""

import secrets
from base64 import urlsafe_b64encode
from datetime import UTC, datetime

import pytest

from tests.scans.ages import read_ages
from tests.scans.packages import LOCKS, faults_of_licences, faults_of_lock, told_of_ages
from tests.scans.secrets import PATTERNS, secrets_in

KEY = urlsafe_b64encode(secrets.token_bytes(32)).decode()
PLANTED = {
    "private key": "-----BEGIN PRIVATE" + " KEY-----\n" + "A" * 64 + "\n",
    "token of Webdial": f"wd_{KEY[:43]}",
    "sealed text": "gAAAA" + KEY[:43] * 2,
    "credential key": KEY,
    "key of Amazon": "AKIA" + "A" * 16,
    "token of GitHub": "ghp_" + "a" * 36,
    "token of GitLab": "glpat-" + "a" * 20,
    "token of Slack": "xoxb-" + "1" * 24,
    "key of Google": "AIza" + "a" * 35,
    "key of Stripe": "sk_live_" + "a" * 24,
    "token of PyPI": "pypi-" + "a" * 60,
    "token of npm": "npm_" + "a" * 36,
    "JSON web token": "eyJ" + "a" * 20 + ".eyJ" + "b" * 20 + "." + "c" * 30,
    "key of Twilio or SendGrid": "SK" + "0a" * 16,
}


@pytest.mark.parametrize("name", PATTERNS)
def test_planted_secret_is_found(name: str) -> None:
    assert [kind for kind, _ in secrets_in(f"value = '{PLANTED[name]}'\n")] == [name]


@pytest.mark.parametrize(
    "text", ["sha256:" + "0a" * 32, "https://example.com/" + "a" * 60, "wd_TOKEN"]
)
def test_what_is_none_is_let_be(text: str) -> None:
    assert list(secrets_in(text)) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_locks_pin_every_package_by_hash(lock: object) -> None:
    text = lock.read_text("utf-8")  # type: ignore[attr-defined]
    assert text.count("--hash=sha256:") > 20
    assert list(faults_of_lock("lock", text)) == []


@pytest.mark.parametrize(
    "entry",
    ["aiohttp==3.14.5", "aiohttp>=3 \\\n    --hash=sha256:" + "0" * 64, "git+https://evil.example/x.git",
     "--extra-index-url https://evil.example", "aiohttp @ https://evil.example/a.whl", "-e ."],
)  # fmt: skip
def test_what_is_not_held_is_told(entry: str) -> None:
    assert len(list(faults_of_lock("lock", f"{entry}\n    # via us\n"))) == 1


def test_packages_that_are_delivered_are_free_to_be_used() -> None:
    assert (
        faults_of_licences(
            LOCKS[[lock.name for lock in LOCKS].index("postgresql.txt")].read_text("utf-8")
        )
        == []
    )


PYLOCK = """
[[packages]]
name = "young"
version = "2.0"
wheels = [{ upload-time = 2026-01-02T00:00:00Z }, { upload-time = 2026-01-01T00:00:00Z }]
[[packages]]
name = "old"
version = "1.0"
sdist = { upload-time = 2024-06-01T12:00:00Z }
[[packages]]
name = "dateless"
version = "3.0"
wheels = [{ size = 1 }]
"""
SAID = 'Resolved 3 packages in 1ms\nwarning: `old==1.0` is yanked (reason: "broken")\n'
NOW = datetime(2026, 2, 1, tzinfo=UTC)


def test_age_of_releases_is_told_and_what_was_yanked() -> None:
    assert list(told_of_ages(read_ages(PYLOCK, said=SAID), NOW)) == [
        'old==1.0 (reason: "broken"): its release was taken back',
        "1 of 2 releases are older than 18 months:",
        "  old 1.0, of 01 June 2024",
        "NOT LOOKED AT: the age of dateless 3.0, of which the index tells no date.",
    ]


def test_index_that_is_not_reached_lets_nothing_be_claimed() -> None:
    (told,) = told_of_ages(None, NOW)
    assert told.startswith("NOT LOOKED AT: how old")
