"""Holds the HTML of every page to the standard, by the Nu Html Checker: `python3 dev.py html`.

The checker is Java. dev.py installs it (`vnu-jar` of npm) and names its file in VNU_JAR.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from tests.pages.walk import opened_pages


async def save_pages(folder: Path) -> int:
    """Save each page as the server sent it, once for each who sees it."""
    count = 0
    async for who, visit, page in opened_pages():
        answer = await page.request.get(visit.path)
        _write(folder / f"{who.value}-{visit.name}.html", await answer.body())
        count += 1
    return count


def _write(file: Path, content: bytes) -> None:
    file.write_bytes(content)


def faults_of(folder: Path, checker: Path) -> dict[str, list[str]]:
    """Each fault once, with the pages that have it."""
    command = ["java", "-jar", str(checker), "--format", "json", "--exit-zero-always", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found: dict[str, list[str]] = defaultdict(list)
    for fault in json.loads(done.stderr)["messages"]:
        place = fault.get("extract", "").strip().replace("\n", " ")
        page = Path(fault.get("url", "")).stem
        found[f"{fault['message']}\n    {place}"].append(f"{page}:{fault.get('lastLine', '')}")
    return found


def main() -> int:
    checker = Path(os.environ["VNU_JAR"])
    with tempfile.TemporaryDirectory(prefix="webdial-html-") as folder:
        count = asyncio.run(save_pages(Path(folder)))
        faults = faults_of(Path(folder), checker)
    for fault, pages in faults.items():
        more = f" and {len(pages) - 3} more" if len(pages) > 3 else ""
        print(f"{fault}\n    on {', '.join(pages[:3])}{more}\n")
    print(f"{count} pages, {len(faults) or 'no'} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
