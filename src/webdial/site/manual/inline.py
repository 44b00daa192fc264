"""Code, links and emphasis within a line of Markdown. Everything else is text, and escaped."""

import re
from collections.abc import Callable
from html import escape
from typing import Final

Link = Callable[[str], str | None]
"""Takes the target of a link as it is written; gives its address, or None for one that is not served."""

_PARTS: Final = re.compile(
    r"(?P<code>`+)(?P<literal>.+?)(?P=code)"
    r"|!\[(?P<picture>[^\]]*)\]\([^)\s]*\)"
    r"|\[(?P<shown>(?:[^\[\]`]|`[^`]*`)+)\]\((?P<target>[^)\s]+)\)"
    r"|<(?P<address>https?://[^>\s]+)>"
    r"|\*\*(?P<strong>.+?)\*\*"
    r"|(?<![\w*])\*(?P<emphasis>[^*\s](?:[^*]*[^*\s])?)\*(?!\w)"
    r"|\\(?P<escaped>[\\`*_{}\[\]()#+\-.!|<>])",
    re.DOTALL,
)


def inline(text: str, link: Link) -> str:
    """HTML of a line, or of several that make one paragraph."""
    made, end = [], 0
    for match in _PARTS.finditer(text):
        made += [escape(text[end : match.start()]), _part(match, link)]
        end = match.end()
    return "".join((*made, escape(text[end:])))


def _part(match: re.Match[str], link: Link) -> str:
    kind = match.lastgroup
    found = {name: value for name, value in match.groupdict().items() if value is not None}
    if "code" in found:
        return f"<code>{escape(found['literal'].strip())}</code>"
    if "target" in found:
        return _anchor(inline(found["shown"], link), link(found["target"]))
    if "address" in found:
        return _anchor(escape(found["address"]), found["address"])
    for name, element in (("strong", "strong"), ("emphasis", "em")):
        if name in found:
            return f"<{element}>{inline(found[name], link)}</{element}>"
    # A picture lies beside the manual's source, and is not served.
    return escape(found["escaped"]) if kind == "escaped" else ""


def _anchor(shown: str, address: str | None) -> str:
    if address is None:
        return shown
    outside = ' rel="noopener noreferrer"' if address.startswith(("http:", "https:")) else ""
    return f'<a href="{escape(address)}"{outside}>{shown}</a>'
