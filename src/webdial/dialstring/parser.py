r"""Reads a dial string by recursive descent and reports every fault of it at once.

    dial-string = *blank ( get / post / link ) *blank
    get         = [ "{" *blank "GET" *blank "}" *blank ] http-url
    post        = "{" *blank ( "POST" / "PUT" ) *blank "}" *blank http-url *( separator variable )
    separator   = *blank "<&>" *blank
    http-url    = ( "http" / "https" ) "://" [ user-info "@" ] host [ ":" port ] [ path ] [ "?" text ]
    user-info   = *( value / <character but / ? \> )
    host        = label *( "." label ) [ "." ] / <IPv4 address> / "[" <IPv6 address> "]"
    label       = letter [ *( letter / "-" ) letter ]
    letter      = "^" / "_" / <letter or digit>
    port        = <1 to 65535>
    path        = "/" *( value / <character but ? \> )
    link        = [ "{" *blank "GET" *blank "}" *blank ] scheme ":" text
    scheme      = <scheme of a link>
    variable    = name "=" text
    name        = 1*( value / <character but = and blank> )
    text        = *( value / <character> )
    value       = "^" / "#" / "{^}" / "{#}"
    blank       = " "

A character is any that can be seen, or a blank, but none of `{ } ^ #`, and no `<&>` comes of them. Words
and directives may be in any letter case. Line breaks and tabs count for nothing before and after the
whole string, and are a fault inside it.

`^` is the caller's extension and `#` the number, wherever they stand; `{^}` and `{#}` are the
characters themselves. The URL follows RFC 3986 section 3, but that `#` never begins a fragment: a fragment is
not sent, so a dial string has no use for one.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import idna

from webdial.dialstring.encoding import Place, encode_literal
from webdial.dialstring.model import (
    DialString,
    DialStringError,
    HttpTarget,
    Method,
    Name,
    Slot,
    Template,
)
from webdial.errors import Fault

MAX_LENGTH: Final = 16_384
"""Characters of a dial string: twice what common web servers take as a URL."""

MAX_FAULTS: Final = 50
"""Faults told of one string: more are no help, and a long string of braces has thousands."""

_SEPARATOR = "<&>"
_HTTP_SCHEMES = frozenset({"http", "https"})

# Schemes with which a link would make the browser run a script or read what is on the user's
# machine, or hands commands to Windows, instead of starting a program for phones.
_REFUSED_SCHEMES = frozenset(
    {
        "about", "blob", "chrome", "chrome-extension", "data", "edge", "feed", "file",
        "filesystem", "ftp", "ftps", "intent", "jar", "javascript", "ldap", "ldaps", "livescript",
        "mhtml", "mk", "moz-extension", "ms-appinstaller", "ms-msdt", "ms-officecmd", "res",
        "resource", "search-ms", "shell", "smb", "vbscript", "view-source", "ws", "wss",
    }
)  # fmt: skip

_TOKEN = re.compile(
    r"(?P<separator><&>)|(?P<escape>\{[\^#]\})|(?P<brace>\{[^{}]*\})|(?P<stray>[{}])|(?P<slot>[\^#])"
)
_PLAIN_URL = re.compile(
    r"(https?)://([a-z0-9]+(?:[.-][a-z0-9]+)*)(?::([1-9][0-9]{0,4}))?"
    r"(/[A-Za-z0-9._~!$'()*+,;=:@/-]*)?(?:\?([A-Za-z0-9._~!$'()*+,;=:@/?&-]*))?"
)
_PLAIN_HOST_MAX = 63
_DIRECTIVE = re.compile(r"\s*(\{[^{}^#]*\})")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")

# A host and its port without http:// before them: pbx:8080/dial, pbx.example:8080. What begins
# with a scheme of telephony is a link, also to a number of its own: tel:999.
_HOST_AND_PORT = re.compile(
    r"(?!(?:tel|callto|sip|sips|dial|phone):)"
    r"(?:[A-Za-z0-9.-]+:[1-9]\d{0,5}(?=[/?])|[A-Za-z0-9-]+\.[A-Za-z0-9.-]+:[1-9]\d{0,5}$)",
    re.IGNORECASE,
)
_URL_PARAMETER = re.compile(r"[&?][A-Za-z0-9_.\-\[\]]+=")
# Control and format characters (of no width, or that turn the direction), line and paragraph
# separators, halves of characters: nobody sees them, and they would go out.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

# RFC 1035 section 2.3.4, and the underscore that some networks have in names.
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_HOST_MAX = 253
_DOT = re.compile("[.\u3002\uff0e\uff61]")  # as in a name outside ASCII: UTS 46 section 4
_PORT_MAX = 65_535


def parse_dial_string(source: str, *, with_values: bool = True) -> DialString:
    """Read `source`, or raise DialStringError with every fault that can be told.

    `with_values=False` reads what a database function returned: `^` and `#` are then ordinary
    characters, since the function has put the values in itself.
    """
    if len(source) > MAX_LENGTH:
        message = (
            f"A dial string has at most {MAX_LENGTH:,} characters; this one has {len(source):,}."
        )
        raise DialStringError(source, [Fault("too_long", message, MAX_LENGTH, len(source))])
    if plain := _plain_url(source):
        return plain
    parser = _Parser(source, with_values=with_values)
    string = parser.dial_string()
    if string is None or parser.faults:
        raise DialStringError(source, parser.faults)
    return string


def _plain_url(source: str) -> DialString | None:
    """A plain http URL that holds nothing of the language; None for all else.

    It is what database functions return, a new one for every call, and takes a tenth of the time
    that the parser takes. A property test holds the two to the same result.
    """
    match = _PLAIN_URL.fullmatch(source)
    if match is None:
        return None
    scheme, host, port, path, query = match.groups()
    if len(host) > _PLAIN_HOST_MAX or host.rpartition(".")[2].isdigit():
        return None
    if port is not None and int(port) > _PORT_MAX:
        return None
    target = HttpTarget(
        scheme=scheme,
        user_info=None,
        host=(host,),
        port=None if port is None else int(port),
        path=(path or "/",),
        query=None if query is None else (query,) if query else (),
    )
    return DialString(source, Method.GET, target)


@dataclass(frozen=True, slots=True)
class _Text:
    """A run of plain characters; `is_escaped` ones never separate anything."""

    text: str
    start: int
    end: int
    is_escaped: bool = False


@dataclass(frozen=True, slots=True)
class _Value:
    name: Name
    start: int
    end: int


_Piece = _Text | _Value


class _Run:
    """Pieces in a row, cut at the characters that separate the parts of a URL."""

    __slots__ = ("end", "pieces", "start")

    def __init__(self, pieces: Iterable[_Piece], start: int, end: int) -> None:
        self.pieces = tuple(pieces)
        self.start = start
        self.end = end

    @property
    def is_empty(self) -> bool:
        return self.start == self.end

    @property
    def plain(self) -> str:
        """The text up to the first value or escaped character."""
        out = []
        for piece in self.pieces:
            if isinstance(piece, _Value) or piece.is_escaped:
                break
            out.append(piece.text)
        return "".join(out)

    def values(self) -> list[_Value]:
        return [piece for piece in self.pieces if isinstance(piece, _Value)]

    def find(self, characters: str, *, last: bool = False) -> int | None:
        """Offset in the source of the first (or last) plain character out of `characters`."""
        found = [
            piece.start + index
            for piece in self.pieces
            if isinstance(piece, _Text) and not piece.is_escaped
            for index, character in enumerate(piece.text)
            if character in characters
        ]
        return (found[-1] if last else found[0]) if found else None

    def cut(self, start: int, end: int) -> "_Run":
        """The part from `start` to `end`, offsets in the source."""
        return _Run(
            (
                _clip(piece, start, end)
                for piece in self.pieces
                if piece.start < end and piece.end > start
            ),
            start,
            end,
        )

    def template(self, place: Place, *, prefix: str = "") -> Template:
        out: list[str | Slot] = [prefix] if prefix else []
        for piece in self.pieces:
            if isinstance(piece, _Value):
                out.append(Slot(piece.name, place, piece.start, piece.end))
            elif piece.is_escaped and place is not Place.LINK:
                out.append(encode_literal(piece.text.replace("#", "%23"), place))
            else:
                out.append(encode_literal(piece.text, place))
        return _joined(out)


def _clip(piece: _Piece, start: int, end: int) -> _Piece:
    if isinstance(piece, _Value) or piece.is_escaped:
        return piece
    first, last = max(piece.start, start), min(piece.end, end)
    return _Text(piece.text[first - piece.start : last - piece.start], first, last)


def _joined(parts: Iterable[str | Slot]) -> Template:
    """Neighbouring literals made one, so that filling in is one join."""
    out: list[str | Slot] = []
    for part in parts:
        if isinstance(part, str) and out and isinstance(out[-1], str):
            out[-1] += part
        else:
            out.append(part)
    return tuple(out)


class _Parser:
    def __init__(self, source: str, *, with_values: bool) -> None:
        self.source = source
        self.faults: list[Fault] = []
        self._with_values = with_values

    def dial_string(self) -> DialString | None:
        """dial-string = *blank ( get / post / link ) *blank"""
        self._check_characters()
        method, position = self._directives()
        target, *variables = self._runs(position)
        if target.is_empty:
            message = (
                "A URL must follow the directive." if position else "The dial string is empty."
            )
            hint = "For example: http://pbx.example/dial?from=^&to=#"
            self._fault("url_missing", message, target.start, target.end, hint)
            return None
        parsed = self._target(target)
        if variables:
            self._check_method(method, variables[0])
        body = self._variables(variables)
        if parsed is not None and not isinstance(parsed, HttpTarget):
            self._check_link_method(method)
        if parsed is None or self.faults:
            return None
        if not isinstance(parsed, HttpTarget):
            return DialString(self.source, None, parsed)
        method = method or Method.GET
        if method is not Method.GET and body is None:
            body = ()
        return DialString(self.source, method, parsed, body)

    def _directives(self) -> tuple[Method | None, int]:
        """[ "{" *blank ( "GET" / "POST" / "PUT" ) *blank "}" *blank ]"""
        method: Method | None = None
        position = 0
        while match := _DIRECTIVE.match(self.source, position):
            start, position = match.span(1)
            word = match[1][1:-1].strip().upper()
            if word not in Method.__members__:
                self._unknown_directive(match[1], start)
            elif method is not None:
                message = "The method is given twice: a call is one request, by one method."
                self._fault("repeated_method", message, start, position)
            else:
                method = Method[word]
        return method, position

    def _runs(self, position: int) -> list[_Run]:
        """The target and the variables: what stands between the separators, blanks trimmed."""
        runs: list[_Run] = []
        pieces: list[_Piece] = []
        start = position
        for match in _TOKEN.finditer(self.source, position):
            if match.start() > position:
                pieces.append(self._text(position, match.start()))
            position = match.end()
            if match.lastgroup == "separator":
                runs.append(self._trimmed(pieces, start, match.start()))
                pieces, start = [], position
            else:
                pieces.append(self._piece(match))
        end = len(self.source)
        if end > position:
            pieces.append(self._text(position, end))
        runs.append(self._trimmed(pieces, start, end))
        return runs

    def _piece(self, match: re.Match[str]) -> _Piece:
        start, end = match.span()
        match match.lastgroup:
            case "slot" if self._with_values:
                name = Name.EXTENSION if match[0] == "^" else Name.NUMBER
                return _Value(name, start, end)
            case "slot":
                return _Text(match[0], start, end, is_escaped=True)
            case "escape":
                return _Text(match[0][1], start, end, is_escaped=True)
            case "brace":
                self._stray_directive(match[0], start)
            case _:
                self._stray_brace(match[0], start)
        return self._text(start, end)

    def _trimmed(self, pieces: list[_Piece], start: int, end: int) -> _Run:
        text = self.source[start:end]
        stripped = text.strip()
        first = start + (len(text) - len(text.lstrip())) if stripped else end
        return _Run(pieces, start, end).cut(first, first + len(stripped))

    def _target(self, run: _Run) -> HttpTarget | Template | None:
        """http-url / link"""
        plain = run.plain
        match = _SCHEME.match(plain)
        if match is None or _HOST_AND_PORT.match(plain):
            message = "The URL does not say how to reach the phone system."
            hint = "Begin it with http:// or https://, or with a link's scheme such as tel:"
            end = run.start + max(len(plain), 1)
            self._fault("no_scheme", message, run.start, min(end, run.end), hint)
            return None
        scheme = match[1].lower()
        rest = run.cut(run.start + match.end(), run.end)
        if scheme in _HTTP_SCHEMES:
            return self._http_url(scheme, run, rest)
        return self._link(scheme, run, rest)

    def _link(self, scheme: str, run: _Run, rest: _Run) -> Template | None:
        """link = scheme ":" text"""
        if scheme in _REFUSED_SCHEMES:
            message = f"A link that begins with {scheme}: starts no phone program and is refused."
            hint = "Use http:// or https://, or the scheme of your phone's program, such as tel:"
            self._fault("refused_scheme", message, run.start, rest.start, hint)
            return None
        if not rest.template(Place.LINK) or self.source[rest.start : rest.end].strip("/") == "":
            message = f"Nothing follows {scheme}: in the link."
            hint = f"For example: {scheme}:#"
            self._fault("link_empty", message, run.start, max(rest.end, rest.start), hint)
            return None
        return rest.template(Place.LINK, prefix=f"{scheme}:")

    def _http_url(self, scheme: str, run: _Run, rest: _Run) -> HttpTarget | None:
        """http-url = scheme "://" [ user-info "@" ] host [ ":" port ] [ path ] [ "?" text ]"""
        if not rest.plain.startswith("//"):
            message = f"After {scheme}: two slashes and the phone system's name must come."
            hint = f"For example: {scheme}://pbx.example/dial?from=^&to=#"
            self._fault("no_host", message, run.start, rest.start, hint)
            return None
        rest = rest.cut(rest.start + 2, rest.end)
        path_start = rest.find("/?\\")
        path_start = rest.end if path_start is None else path_start
        authority = rest.cut(rest.start, path_start)
        path, query = self._path_and_query(rest.cut(path_start, rest.end))
        user_info, host, port = self._authority(authority)
        if self.faults:
            return None
        return HttpTarget(
            scheme=scheme,
            user_info=None if user_info is None else user_info.template(Place.USER_INFO),
            host=_host_template(host),
            port=port,
            path=path.template(Place.PATH) or ("/",),
            query=None if query is None else query.template(Place.QUERY),
        )

    def _path_and_query(self, run: _Run) -> tuple[_Run, _Run | None]:
        if (backslash := run.find("\\")) == run.start and not run.is_empty:
            message = "A backslash cannot stand in the address; a slash is meant."
            self._fault("bad_host", message, run.start, run.start + 1)
        elif backslash is not None and run.cut(run.start, backslash).find("?") is None:
            message = "A backslash cannot stand in the path; a slash is meant."
            self._fault("bad_path", message, backslash, backslash + 1, "As a character write %5C.")
        mark = run.find("?")
        if mark is None:
            return run, None
        return run.cut(run.start, mark), run.cut(mark + 1, run.end)

    def _authority(self, run: _Run) -> tuple[_Run | None, _Run, int | None]:
        """[ user-info "@" ] host [ ":" port ]"""
        user_info: _Run | None = None
        if (at := run.find("@", last=True)) is not None:
            user_info, run = run.cut(run.start, at), run.cut(at + 1, run.end)
        bracket = run.find("]", last=True)
        colon = run.find(":")
        if bracket is not None:
            after = run.cut(bracket + 1, run.end)
            colon = after.find(":")
            if colon is None and not after.is_empty:
                colon = run.end
        host = run if colon is None else run.cut(run.start, colon)
        port = None if colon is None else self._port(run.cut(min(colon + 1, run.end), run.end))
        self._check_host(host)
        return user_info, host, port

    def _check_host(self, run: _Run) -> None:
        if run.is_empty:
            message = "The name or address of the phone system is missing."
            hint = "For example: http://pbx.example/dial?from=^&to=#"
            # An empty place is pointed at by what stands around it.
            self._fault("no_host", message, max(run.start - 2, 0), run.start, hint)
            return
        numbers = [value for value in run.values() if value.name is Name.NUMBER]
        for value in numbers:
            message = "The number cannot stand in the phone system's name: whoever is called would decide where the request goes."
            self._fault("number_in_host", message, value.start, value.end)
        text = self.source[run.start : run.end]
        if numbers or _is_ipv6(text):
            return
        if not _is_host(run):
            message = f"“{text}” is no name or address of a phone system."
            hint = "A name has letters, digits, dots and hyphens, such as pbx.example or 192.168.7.231."
            self._fault("bad_host", message, run.start, run.end, hint)

    def _port(self, run: _Run) -> int | None:
        text = self.source[run.start : run.end]
        if text.isascii() and text.isdigit() and len(text) <= 9 and 0 < int(text) <= _PORT_MAX:
            return int(text)
        start = run.start if text else run.start - 1
        if text.isascii() and text.isdigit():
            message = f"{text} is no port: ports go from 1 to {_PORT_MAX:,}."
        elif text:
            message = f"“{text}” is no port: a port is a number from 1 to {_PORT_MAX:,}."
        else:
            message = "A port must follow the colon."
        hint = "Ask the supplier of your phone system for the port, or leave it out with its colon."
        self._fault("bad_port", message, start, run.end, hint)
        return None

    def _check_method(self, method: Method | None, first: _Run) -> None:
        if method in {Method.POST, Method.PUT}:
            return
        separator = self.source.rfind(_SEPARATOR, 0, first.start)
        message = "A post variable needs {POST} or {PUT}: a GET request carries none."
        hint = "Write {POST} before the URL, or write the variable into the URL as ?name=value."
        self._fault("variable_without_post", message, separator, separator + len(_SEPARATOR), hint)

    def _check_link_method(self, method: Method | None) -> None:
        if method in {Method.POST, Method.PUT}:
            message = (
                f"A link is opened, not sent: {{{method.value}}} goes with http:// and https://."
            )
            start = self.source.find("{")
            self._fault("link_with_post", message, start, self.source.find("}") + 1)

    def _variables(self, runs: list[_Run]) -> Template | None:
        """*( separator variable ), written as one form body"""
        if not runs:
            return None
        parts: list[str | Slot] = []
        for index, run in enumerate(runs):
            self._check_url_parameter(run)
            parts += self._variable(run, prefix="&" if index else "")
        return _joined(parts)

    def _variable(self, run: _Run, *, prefix: str) -> Template:
        """variable = name "=" text"""
        equals = run.find("=")
        if equals is None or equals == run.start:
            separator = self.source.rfind(_SEPARATOR, 0, run.start + 1)
            what = "has no name" if equals is not None else "is not of the form name=value"
            message = f"This post variable {what}."
            start = run.start if not run.is_empty else separator
            self._fault(
                "variable_without_name", message, start, max(run.end, start + 1),
                "For example: <&>to=#",
            )  # fmt: skip
            return ()
        name, value = run.cut(run.start, equals), run.cut(equals + 1, run.end)
        return _joined(
            (
                *((prefix,) if prefix else ()),
                *name.template(Place.FORM),
                "=",
                *value.template(Place.FORM),
            )
        )

    def _check_url_parameter(self, run: _Run) -> None:
        for match in _URL_PARAMETER.finditer(self.source, run.start, run.end):
            message = "A URL parameter follows a POST variable"
            hint = (
                "URL parameters come before the first <&>; a further variable begins with <&>. "
                "For the character itself write %26 or %3F."
            )
            self._fault("url_parameter_after_variable", message, *match.span(), hint)

    def _check_characters(self) -> None:
        for start, end in _invisible_runs(self.source):
            is_break = self.source[start:end].strip("\r\n\u2028\u2029") == ""
            what = "A line break" if is_break else "A character that cannot be seen"
            message = f"{what} stands in the dial string; it must be one line of visible text."
            self._fault("control_character", message, start, end, "Remove it.")

    def _text(self, start: int, end: int) -> _Text:
        return _Text(self.source[start:end], start, end)

    def _unknown_directive(self, text: str, start: int) -> None:
        shown = text if len(text) <= 40 else text[:38] + "…}"
        message = f"{shown} is no directive."
        hint = (
            "The directives are {GET}, {POST} and {PUT}. {^} and {#} write the characters "
            "themselves; a brace that belongs to the URL is written %7B or %7D."
        )
        self._fault("unknown_directive", message, start, start + len(text), hint)

    def _stray_directive(self, text: str, start: int) -> None:
        word = text[1:-1].strip().upper()
        if word not in Method.__members__:
            self._unknown_directive(text, start)
            return
        message = f"{text} must stand before the URL."
        self._fault("misplaced_directive", message, start, start + len(text))

    def _stray_brace(self, text: str, start: int) -> None:
        other = "closed" if text == "{" else "opened"
        message = f"This brace is never {other}."
        hint = "A brace that belongs to the URL is written %7B or %7D."
        self._fault("stray_brace", message, start, start + 1, hint)

    def _fault(self, code: str, message: str, start: int, end: int, hint: str = "") -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(code, message, start, end, hint))


def _host_template(run: _Run) -> Template:
    """The host in lower case, a name outside ASCII in its ASCII form (IDNA 2008, RFC 5890)."""
    return tuple(
        _ascii_name(part).lower() if isinstance(part, str) else part
        for part in run.template(Place.HOST)
    )


def _is_ipv6(host: str) -> bool:
    if not (host.startswith("[") and host.endswith("]")):
        return False
    try:
        ipaddress.IPv6Address(host[1:-1])
    except ValueError:
        return False
    return True


def _is_host(run: _Run) -> bool:
    """Whether `run` is a name, or an IPv4 address, whatever is put in at its slots."""
    # A value is a letter or digit at least; a letter here, since what it ends in is not known yet.
    text = "".join("x" if isinstance(piece, _Value) else piece.text for piece in run.pieces)
    name = _ascii_name(text)
    if run.values() and not text.isascii() and not _has_slots_in_ascii(run):
        return False
    labels = name.removesuffix(".").split(".")
    if len(name.removesuffix(".")) > _HOST_MAX or not all(map(_LABEL.fullmatch, labels)):
        return False
    return not labels[-1].isdigit() or _is_ipv4(name)


def _has_slots_in_ascii(run: _Run) -> bool:
    """A label outside ASCII is encoded as a whole, so no value can be put into it later."""
    marked = "".join("\0" if isinstance(piece, _Value) else piece.text for piece in run.pieces)
    return all(label.isascii() for label in _DOT.split(marked) if "\0" in label)


def _is_ipv4(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def _invisible_runs(source: str) -> Iterator[tuple[int, int]]:
    """Start and end of each run of characters that cannot be seen, but for blanks around `source`."""
    text = source.strip()
    if text.isprintable():
        return
    position = source.index(text)
    for is_invisible, run in groupby(text, lambda c: unicodedata.category(c) in _INVISIBLE):
        end = position + sum(1 for _ in run)
        if is_invisible:
            yield position, end
        position = end


def _ascii_name(name: str) -> str:
    """The name as it is looked up (UTS 46, not transitional); empty when it has no form in ASCII."""
    if name.isascii():
        return name
    try:
        return ".".join(_ascii_label(label) for label in _DOT.split(name))
    except UnicodeError:
        return ""


def _ascii_label(label: str) -> str:
    if label.isascii():
        return label
    return idna.encode(label, uts46=True, transitional=False).decode("ascii")
