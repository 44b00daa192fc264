"""Starts Debian's wapiti 3.0.4 with the Python of the system, to which it belongs.

Its way of leaving addresses out (-x) fails since Python 3.11, which wants a pattern's flags in front; so that one
function is put in its place here. Newer releases of wapiti want Python 3.12.
"""

import fnmatch
import re
import sys

from wapitiCore.main import wapiti as program
from wapitiCore.net import crawler


def wildcard_translate(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern))


crawler.wildcard_translate = wildcard_translate
sys.exit(program.wapiti_main())
