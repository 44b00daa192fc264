"""The helper: a small program on the user's own machine, with the standard library alone.

It does two things. Numbers that are clicked anywhere on the machine are placed through the server. Calls
that must start on the machine are started by it: a link is opened, a request is sent to a program or a
phone nearby. It listens on no port: it holds one connection that it opened itself.

It knows nothing of the rest of Webdial and imports none of it, so that it can be handed out as one file
(builder.py) and runs wherever Python 3.11 is.
"""

from typing import Final

VERSION: Final = "0.1.0"

SCHEMES: Final = ("tel", "callto", "sip")
"""The links that stand for a telephone number; what the helper can be the program for."""
