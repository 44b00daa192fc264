"""No link of the manual leads nowhere, and no page is without a way to it."""

from pathlib import PurePosixPath
from posixpath import normpath
from urllib.parse import urlsplit

import pytest

from tests.docs.manual import ROOT, all_pages, page


def targets_of(path: str) -> list[tuple[str, str]]:
    """File and anchor of every relative link of a page; the file is the page itself for `#place`."""
    targets = []
    for link in page(path).links:
        url = urlsplit(link)
        if not url.scheme and not url.netloc:
            folder = PurePosixPath(path).parent
            file = normpath(str(folder / url.path)) if url.path else path
            targets.append((file, url.fragment))
    return targets


@pytest.mark.parametrize("path", all_pages())
def test_relative_links_lead_somewhere(path: str) -> None:
    broken = [
        f"{file}#{anchor}"
        for file, anchor in targets_of(path)
        if not (ROOT / file).exists() or (anchor and anchor not in page(file).anchors)
    ]
    assert broken == []


def test_every_page_is_reached_from_the_readme() -> None:
    reached = {"README.md"}
    ahead = ["README.md"]
    while ahead:
        for file, _ in targets_of(ahead.pop()):
            if file.endswith(".md") and file not in reached and (ROOT / file).exists():
                reached.add(file)
                ahead.append(file)
    ours = {path for path in all_pages() if path.startswith("docs/") or "/" not in path}
    assert ours - reached == set()
