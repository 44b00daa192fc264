"""Looks for secrets in every file that git knows, and in what it knew: a part of `dev.py check`.

Patterns of our own: detect-secrets, which would be the one to use, has had no release since May 2024. Each finds
what is a secret by its form, whoever wrote it; made-up ones of tests and pages are named in `MADE_UP`, by digest.
"""

import argparse
import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
MADE_UP: Final = Path(__file__).with_name("made-up.txt")

PATTERNS: Final = {
    "private key": r"-----BEGIN (?:RSA |EC |OPENSSH |DSA |ENCRYPTED )?PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{60}",
    "token of Webdial": r"\bwdc?_[A-Za-z0-9_-]{43}\b",
    "sealed text": r"\bgAAAA[A-Za-z0-9_-]{60,}",
    "credential key": r"(?<![\w=+/-])[A-Za-z0-9_-]{43}=(?![\w=])",
    "key of Amazon": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "token of GitHub": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})",
    "token of GitLab": r"\bglpat-[A-Za-z0-9_-]{20}",
    "token of Slack": r"\bxox[abprs]-[A-Za-z0-9-]{20,}",
    "key of Google": r"\bAIza[A-Za-z0-9_-]{35}\b",
    "key of Stripe": r"\b[rs]k_live_[A-Za-z0-9]{20,}",
    "token of PyPI": r"\bpypi-[A-Za-z0-9_-]{50,}",
    "token of npm": r"\bnpm_[A-Za-z0-9]{36}\b",
    "JSON web token": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}",
    "key of Twilio or SendGrid": r"\b(?:SK[0-9a-f]{32}|SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43})\b",
}
_ANY: Final = re.compile(
    "|".join(f"(?P<p{place}>{each})" for place, each in enumerate(PATTERNS.values()))
)
_NAMES: Final = list(PATTERNS)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.scans.secrets", description=__doc__)
    options.add_argument("--history", action="store_true", help="look through every commit, too")
    found = [*_in_files(), *(_in_history() if options.parse_args().history else ())]
    for where, name, digest in found:
        print(f"{where}: looks like a {name} (if it is made up, put {digest} into {MADE_UP.name})")
    print(f"{len(found)} found." if found else "No secret found.")
    return 1 if found else 0


def secrets_in(text: str) -> Iterator[tuple[str, str]]:
    """Name and digest of each thing in the text that looks like a secret and is not known as made up."""
    known = made_up()
    for match in _ANY.finditer(text):
        digest = hashlib.sha256(match[0].encode()).hexdigest()[:16]
        if digest not in known:
            yield _NAMES[int((match.lastgroup or "p0")[1:])], digest


def made_up() -> set[str]:
    lines = MADE_UP.read_text(encoding="utf-8").splitlines()
    return {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}


def _in_files() -> Iterator[tuple[str, str, str]]:
    """Files that git knows, and those that it would be given next."""
    for name in _git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        file = ROOT / name
        if name and file.is_file() and not file.is_symlink():
            text = file.read_bytes().decode("utf-8", "replace")
            for kind, digest in secrets_in(text):
                yield name, kind, digest


def _in_history() -> Iterator[tuple[str, str, str]]:
    """Lines that any commit added. A line that was taken away again was there, and is still to be read."""
    commit = file = ""
    added: list[str] = []
    log = _git("log", "--all", "--no-color", "--format=commit %h", "--unified=0", "-p")
    for line in [*log.splitlines(), "commit"]:
        if line.startswith("+") and not line.startswith("+++ "):
            added.append(line[1:])
            continue
        for kind, digest in secrets_in("\n".join(added)):
            yield f"{commit} {file}", kind, digest
        added.clear()
        if line.startswith("commit "):
            commit = line[7:]
        elif line.startswith("+++ "):
            file = line[6:]


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


if __name__ == "__main__":
    sys.exit(main())
