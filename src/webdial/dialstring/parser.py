r"""Reads a dial string by recursive descent and reports every fault of it at once.

    dial-string = *blank ( get / form / json / raw / opened / link ) *blank
    get         = [ "{" *blank "GET" *blank "}" *blank ] extras http-url
    form        = method extras [ "{" *blank "FORM" *blank "}" *blank ] http-url *( separator variable )
    json        = method extras "{" *blank "JSON" *blank "}" *blank http-url *( separator member )
    raw         = method extras ( xml / body )
    xml         = "{" *blank "XML" *blank "}" *blank http-url separator <XML document>
    body        = "{" *blank "BODY" 1*blank <media type> *blank "}" *blank http-url separator text
    opened      = "{" *blank "OPEN" *blank "}" *blank http-url
    link        = [ "{" *blank "GET" *blank "}" *blank ] <scheme of a link> ":" text
    method      = "{" *blank ( "POST" / "PUT" ) *blank "}" *blank
    extras      = [ header ] [ cookie ] [ login ]
    header      = "{" *blank "HEADER" 1*blank <name of a header> ":" line "}" *blank
    cookie      = "{" *blank "COOKIE" 1*blank <name of a cookie> "=" *( value / <character of a cookie> ) "}" *blank
    login       = "{" *blank ( ( "BASIC" / "DIGEST" ) 1*blank line ":" line / "BEARER" 1*blank 1*value ) *blank "}" *blank
    separator   = *blank "<&>" *blank
    variable    = name "=" text
    member      = <key> *( "[" <key> "]" ) ( "=" text / ":=" ( placed / <JSON> ) )
    http-url    = ( "http" / "https" ) "://" [ user-info "@" ] host [ ":" port ] [ path ] [ "?" text ]
    user-info   = *( value / <character but / ? \> )
    host        = label *( "." label ) [ "." ] / <IPv4 address> / "[" <IPv6 address> "]"
    label       = letter [ *( letter / "-" ) letter ]
    letter      = "^" / "_" / <letter or digit>
    port        = <1 to 65535>
    path        = "/" *( value / <character but ? \> )
    name        = 1*( value / <character but = and blank> )
    line        = *( value / <visible character of ASCII> )
    text        = *( value / <character> )
    value       = placed / escape
    placed      = "^" / "#" / "{" *blank <name of a value> *blank "}" / function
    function    = "{" *blank <function of one text> 1*blank 1*( "^" / "#" / escape / <letter or digit> ) "}"
    escape      = "{^}" / "{#}" / "{{}" / "{}}" / "{|}"
    blank       = " "

A character is any that can be seen, or a blank, but none of `{ } ^ #`, and no `<&>` comes of them. Words,
names and directives may be in any letter case. Line breaks and tabs count for nothing before and after the
whole string, and are a fault inside it.

`^` is the caller's extension and `#` the number, wherever they stand; `{^}` and `{#}` are the
characters themselves. The URL follows RFC 3986 section 3, but that `#` never begins a fragment: a fragment is
not sent, so a dial string has no use for one.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final

from webdial.dialstring.bodies import (
    JSON_CONTENT_TYPE,
    XML_CONTENT_TYPE,
    json_of_variables,
    raw_body,
)
from webdial.dialstring.directives import Directives, read_directives
from webdial.dialstring.encoding import Place
from webdial.dialstring.hosts import DOT, ascii_name, is_host, is_ipv6
from webdial.dialstring.model import (
    FORM_CONTENT_TYPE,
    DialString,
    DialStringError,
    HttpTarget,
    Method,
)
from webdial.dialstring.pieces import Run, Value, joined
from webdial.dialstring.reader import SEPARATOR, Reader
from webdial.dialstring.values import Declared, Slot, Template
from webdial.errors import Fault
from webdial.language import grouped, translate

MAX_LENGTH: Final = 16_384
"""Characters of a dial string: twice what common web servers take as a URL."""

_NO_NAMES: Final[Mapping[str, Declared]] = {}
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

_PLAIN_REQUEST = re.compile(
    r"(?:\{(GET|POST|PUT)\})?"
    r"(https?)://([a-z0-9]+(?:[.-][a-z0-9]+)*)(?::([1-9][0-9]{0,4}))?"
    r"(/[A-Za-z0-9._~!$'()*+,;=:@/-]*)?(?:\?([A-Za-z0-9._~!$'()*+,;=:@/?&-]*))?"
    r"((?:<&>[A-Za-z0-9._~+-]+=[A-Za-z0-9._~+-]*)*)"
)
_PLAIN_HOST_MAX = 63
_NO_VALUES: Final = {"names": frozenset[str](), "has_secrets": False}
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

_PORT_MAX = 65_535


def parse_dial_string(
    source: str, *, with_values: bool = True, names: Mapping[str, Declared] = _NO_NAMES
) -> DialString:
    """Read `source`, or raise DialStringError with every fault that can be told.

    `names` are those that may be used beside the names of every call, in small letters.
    `with_values=False` reads what a database function returned: `^` and `#` are then ordinary
    characters, since the function has put the values in itself, and values in braces are a fault.
    """
    if len(source) > MAX_LENGTH:
        message = translate(
            "A dial string has at most {MAX_LENGTH} characters; this one has {source}.",
            MAX_LENGTH=grouped(MAX_LENGTH),
            source=grouped(len(source)),
        )
        raise DialStringError(source, [Fault("too_long", message, MAX_LENGTH, len(source))])
    if plain := _plain_request(source):
        return plain
    parser = _Parser(source, Reader(source, with_values=with_values, names=names))
    string = parser.dial_string()
    if string is None or parser.faults:
        raise DialStringError(source, parser.faults)
    return string


def _plain_request(source: str) -> DialString | None:
    """A plain http URL, alone or with post variables, that takes no value; None for all else.

    It is what database functions return, a new one for every call, and takes a tenth of the time
    that the parser takes. A property test holds the two to the same result.
    """
    match = _PLAIN_REQUEST.fullmatch(source)
    if match is None:
        return None
    word, scheme, host, port, path, query, variables = match.groups()
    if not _is_plain_host(host) or (port is not None and int(port) > _PORT_MAX):
        return None
    target = HttpTarget(
        scheme=scheme,
        user_info=None,
        host=(host,),
        port=None if port is None else int(port),
        path=(path or "/",),
        query=None if query is None else (query,) if query else (),
    )
    if word in {"POST", "PUT"}:
        body = _plain_body(variables)
        string = DialString(source, Method(word), target, body, FORM_CONTENT_TYPE)
    elif variables:
        return None
    else:
        string = DialString(source, Method.GET, target)
    vars(string).update(_NO_VALUES)  # what it would work out on first use
    return string


def _is_plain_host(host: str) -> bool:
    """Whether a host of letters, digits, dots and hyphens is one beyond doubt."""
    if len(host) > _PLAIN_HOST_MAX:
        return False
    return not host[-1].isdigit() or is_host(host)


def _plain_body(variables: str) -> Template:
    body = variables[len(SEPARATOR) :].replace(SEPARATOR, "&").replace("+", "%2B")
    return (body,) if body else ()


class _Parser:
    def __init__(self, source: str, reader: Reader) -> None:
        self.source = source
        self._reader = reader

    @property
    def faults(self) -> list[Fault]:
        return self._reader.faults

    def _fault(self, code: str, message: str, start: int, end: int, hint: str = "") -> None:
        self._reader.fault(code, message, start, end, hint)

    def dial_string(self) -> DialString | None:
        """dial-string = *blank *( directive *blank ) url *( separator part ) *blank"""
        self._check_characters()
        with self._reader.of_finished_request():
            directives = read_directives(self._reader)
        target, *parts = self._reader.runs(directives.end)
        if target.is_empty:
            message = (
                translate("A URL must follow the directive.")
                if directives.end
                else translate("The dial string is empty.")
            )
            hint = translate("For example: http://pbx.example/dial?from=^&to=#")
            self._fault("url_missing", message, target.start, target.end, hint)
            return None
        parsed = self._target(target)
        if parts:
            self._check_method(directives, parts[0])
        body = self._body(directives, parts)
        if directives.is_opened:
            self._check_opened(directives, parsed)
        elif parsed is not None and not isinstance(parsed, HttpTarget):
            self._check_link(directives)
        elif isinstance(parsed, HttpTarget):
            self._check_login(directives, parsed)
        if parsed is None or self.faults:
            return None
        return self._finished(directives, parsed, body)

    def _finished(
        self, directives: Directives, target: HttpTarget | Template, body: Template | None
    ) -> DialString:
        declared = self._reader.used
        if not isinstance(target, HttpTarget) or directives.is_opened:
            return DialString(self.source, None, target, declared=declared)
        headers = directives.all_headers
        has_own_type = any(name.lower() == "content-type" for name, _ in headers)
        content_type = None if body is None or has_own_type else _content_type(directives)
        return DialString(
            self.source,
            directives.method or Method.GET,
            target,
            body,
            content_type,
            headers,
            directives.login,
            declared,
        )

    def _body(self, directives: Directives, parts: list[Run]) -> Template | None:
        """*( separator part ), written as one body of the kind that the directives say"""
        is_sent = directives.method in {Method.POST, Method.PUT}
        match directives.body:
            case "JSON":
                return json_of_variables(parts, self._fault) if is_sent else None
            case "XML" | "BODY":
                return self._raw_body(directives, parts)
            case _:
                return self._variables(parts) if parts else () if is_sent else None

    def _raw_body(self, directives: Directives, parts: list[Run]) -> Template:
        kind = directives.body or ""
        start, end = directives.spans[kind]
        if len(parts) != 1:
            message = translate(
                "{{{kind}}} is followed by the URL and one <&> with the whole body behind it.",
                kind=kind,
            )
            self._fault("body_parts", message, start, end)
            return ()
        content_type = XML_CONTENT_TYPE if kind == "XML" else directives.media_type
        return raw_body(parts[0], content_type, self._fault)

    def _target(self, run: Run) -> HttpTarget | Template | None:
        """http-url / link"""
        if (reached := self._scheme_value(run)) is not None:
            return reached
        plain = run.plain
        match = _SCHEME.match(plain)
        if match is None or _HOST_AND_PORT.match(plain):
            message = translate("The URL does not say how to reach the phone system.")
            hint = translate(
                "Begin it with http:// or https://, or with a link's scheme such as tel:"
            )
            end = run.start + max(len(plain), 1)
            self._fault("no_scheme", message, run.start, min(end, run.end), hint)
            return None
        scheme = match[1].lower()
        rest = run.cut(run.start + match.end(), run.end)
        if scheme in _HTTP_SCHEMES:
            return self._http_url(scheme, run, rest)
        return self._link(scheme, run, rest)

    def _scheme_value(self, run: Run) -> HttpTarget | None:
        """http-url, when a value in braces is its scheme"""
        first = run.pieces[0]
        if not isinstance(first, Value) or not self.source.startswith("://", first.end):
            return None
        return self._http_url(first.slot(Place.SCHEME), run, run.cut(first.end + 1, run.end))

    def _link(self, scheme: str, run: Run, rest: Run) -> Template | None:
        """link = scheme ":" text"""
        if scheme in _REFUSED_SCHEMES:
            message = translate(
                "A link that begins with {scheme}: starts no phone program and is refused.",
                scheme=scheme,
            )
            hint = translate(
                "Use http:// or https://, or the scheme of your phone's program, such as tel:"
            )
            self._fault("refused_scheme", message, run.start, rest.start, hint)
            return None
        if not rest.template(Place.LINK) or self.source[rest.start : rest.end].strip("/") == "":
            message = translate("Nothing follows {scheme}: in the link.", scheme=scheme)
            hint = translate("For example: {scheme}:#", scheme=scheme)
            self._fault("link_empty", message, run.start, max(rest.end, rest.start), hint)
            return None
        return rest.template(Place.LINK, prefix=f"{scheme}:")

    def _http_url(self, scheme: str | Slot, run: Run, rest: Run) -> HttpTarget | None:
        """http-url = scheme "://" [ user-info "@" ] host [ ":" port ] [ path ] [ "?" text ]"""
        if not rest.plain.startswith("//"):
            message = translate(
                "After {scheme}: two slashes and the phone system's name must come.", scheme=scheme
            )
            hint = translate("For example: {scheme}://pbx.example/dial?from=^&to=#", scheme=scheme)
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

    def _path_and_query(self, run: Run) -> tuple[Run, Run | None]:
        if (backslash := run.find("\\")) == run.start and not run.is_empty:
            message = translate("A backslash cannot stand in the address; a slash is meant.")
            self._fault("bad_host", message, run.start, run.start + 1)
        elif backslash is not None and run.cut(run.start, backslash).find("?") is None:
            message = translate("A backslash cannot stand in the path; a slash is meant.")
            self._fault(
                "bad_path",
                message,
                backslash,
                backslash + 1,
                translate("As a character write %5C."),
            )
        mark = run.find("?")
        if mark is None:
            return run, None
        return run.cut(run.start, mark), run.cut(mark + 1, run.end)

    def _authority(self, run: Run) -> tuple[Run | None, Run, int | Slot | None]:
        """[ user-info "@" ] host [ ":" port ]"""
        user_info: Run | None = None
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

    def _check_host(self, run: Run) -> None:
        if run.is_empty:
            message = translate("The name or address of the phone system is missing.")
            hint = translate("For example: http://pbx.example/dial?from=^&to=#")
            # An empty place is pointed at by what stands around it.
            self._fault("no_host", message, max(run.start - 2, 0), run.start, hint)
            return
        numbers = [value for value in run.values() if value.holds_number]
        for value in numbers:
            message = translate(
                "The number cannot stand in the phone system's name: whoever is called would decide where the request goes."
            )
            self._fault("number_in_host", message, value.start, value.end)
        text = self.source[run.start : run.end]
        if numbers or is_ipv6(text):
            return
        if not _is_host(run):
            message = translate("“{text}” is no name or address of a phone system.", text=text)
            hint = translate(
                "A name has letters, digits, dots and hyphens, such as pbx.example or 192.168.7.231."
            )
            self._fault("bad_host", message, run.start, run.end, hint)

    def _port(self, run: Run) -> int | Slot | None:
        value = run.pieces[0] if len(run.pieces) == 1 else None
        if isinstance(value, Value) and not value.holds_number:
            return value.slot(Place.PORT)
        text = self.source[run.start : run.end]
        if text.isascii() and text.isdigit() and len(text) <= 9 and 0 < int(text) <= _PORT_MAX:
            return int(text)
        start = run.start if text else run.start - 1
        if text.isascii() and text.isdigit():
            message = translate(
                "{text} is no port: ports go from 1 to {PORT_MAX}.",
                text=text,
                PORT_MAX=grouped(_PORT_MAX),
            )
        elif text:
            message = translate(
                "“{text}” is no port: a port is a number from 1 to {PORT_MAX}.",
                text=text,
                PORT_MAX=grouped(_PORT_MAX),
            )
        else:
            message = translate("A port must follow the colon.")
        hint = translate(
            "Ask the supplier of your phone system for the port, or leave it out with its colon."
        )
        self._fault("bad_port", message, start, run.end, hint)
        return None

    def _check_method(self, directives: Directives, first: Run) -> None:
        if directives.method in {Method.POST, Method.PUT} or directives.is_opened:
            return
        separator = self.source.rfind(SEPARATOR, 0, first.start)
        message = translate("A post variable needs {POST} or {PUT}: a GET request carries none.")
        hint = translate(
            "Write {POST} before the URL, or write the variable into the URL as ?name=value."
        )
        self._fault("variable_without_post", message, separator, separator + len(SEPARATOR), hint)

    def _check_link(self, directives: Directives) -> None:
        """A link is opened: of all directives GET alone means nothing there."""
        for word, (start, end) in directives.spans.items():
            if word != "GET":
                message = translate(
                    "A link is opened, not sent: {{{word}}} goes with http:// and https://.",
                    word=word,
                )
                self._fault("link_with_post", message, start, end)

    def _check_opened(self, directives: Directives, parsed: HttpTarget | Template | None) -> None:
        """{OPEN} stands alone before an http-url without a user name."""
        start, end = directives.spans["OPEN"]
        if len(directives.spans) > 1 or directives.body is not None:
            message = translate("What {OPEN} opens on the user's machine takes no other directive.")
            self._fault("opened_alone", message, start, end)
        elif isinstance(parsed, HttpTarget) and parsed.user_info is not None:
            message = translate(
                "What {OPEN} opens is seen by the user: no user name or password goes in it."
            )
            self._fault("opened_alone", message, start, end)
        elif parsed is not None and not isinstance(parsed, HttpTarget):
            message = translate(
                "{OPEN} goes with http:// and https://; other links are opened anyway."
            )
            self._fault("opened_alone", message, start, end)
        elif self.source.find(SEPARATOR, end) >= 0:
            message = translate("What {OPEN} opens is a URL alone; it carries no variables.")
            at = self.source.find(SEPARATOR, end)
            self._fault("variable_without_post", message, at, at + len(SEPARATOR))

    def _check_login(self, directives: Directives, target: HttpTarget) -> None:
        if directives.body in {"JSON", "XML", "BODY"} and directives.method not in {
            Method.POST,
            Method.PUT,
        }:
            start, end = directives.spans[directives.body]
            message = translate(
                "{{{body}}} needs {{POST}} or {{PUT}}: a GET request has no body.",
                body=directives.body,
            )
            self._fault("body_without_post", message, start, end)
        if target.user_info is None:
            return
        for word in ("BASIC", "DIGEST", "AUTHORIZATION"):
            if word in directives.spans:
                message = translate(
                    "A request signs in once, in one way: the URL names a user too."
                )
                self._fault("repeated_login", message, *directives.spans[word])

    def _variables(self, runs: list[Run]) -> Template | None:
        """*( separator variable ), written as one form body"""
        if not runs:
            return None
        parts: list[str | Slot] = []
        for index, run in enumerate(runs):
            self._check_url_parameter(run)
            parts += self._variable(run, prefix="&" if index else "")
        return joined(parts)

    def _variable(self, run: Run, *, prefix: str) -> Template:
        """variable = name "=" text"""
        equals = run.find("=")
        if equals is None or equals == run.start:
            separator = self.source.rfind(SEPARATOR, 0, run.start + 1)
            if equals is None:
                message = translate("This post variable is not of the form name=value.")
            else:
                message = translate("This post variable has no name.")
            start = run.start if not run.is_empty else separator
            self._fault(
                "variable_without_name", message, start, max(run.end, start + 1),
                translate("For example: <&>to=#"),
            )  # fmt: skip
            return ()
        name, value = run.cut(run.start, equals), run.cut(equals + 1, run.end)
        return joined(
            (
                *((prefix,) if prefix else ()),
                *name.template(Place.FORM),
                "=",
                *value.template(Place.FORM),
            )
        )

    def _check_url_parameter(self, run: Run) -> None:
        for match in _URL_PARAMETER.finditer(self.source, run.start, run.end):
            message = translate("A URL parameter follows a POST variable")
            hint = translate(
                "URL parameters come before the first <&>; a further variable begins with <&>. "
                "For the character itself write %26 or %3F."
            )
            self._fault("url_parameter_after_variable", message, *match.span(), hint)

    def _check_characters(self) -> None:
        for start, end in _invisible_runs(self.source):
            is_break = self.source[start:end].strip("\r\n\u2028\u2029") == ""
            if is_break:
                message = translate(
                    "A line break stands in the dial string; it must be one line of visible text."
                )
            else:
                message = translate(
                    "A character that cannot be seen stands in the dial string; "
                    "it must be one line of visible text."
                )
            self._fault("control_character", message, start, end, translate("Remove it."))


def _content_type(directives: Directives) -> str:
    match directives.body:
        case "JSON":
            return JSON_CONTENT_TYPE
        case "XML":
            return XML_CONTENT_TYPE
        case "BODY":
            return directives.media_type
        case _:
            return FORM_CONTENT_TYPE


def _host_template(run: Run) -> Template:
    """The host in lower case, a name outside ASCII in its ASCII form (IDNA 2008, RFC 5890)."""
    return tuple(
        ascii_name(part).lower() if isinstance(part, str) else part
        for part in run.template(Place.HOST)
    )


def _is_host(run: Run) -> bool:
    """Whether `run` is a name, or an IPv4 address, whatever is put in at its slots."""
    # A value is a letter or digit at least; a letter here, since what it ends in is not known yet.
    text = "".join("x" if isinstance(piece, Value) else piece.text for piece in run.pieces)
    name = ascii_name(text)
    if run.values() and not text.isascii() and not _has_slots_in_ascii(run):
        return False
    return is_host(name)


def _has_slots_in_ascii(run: Run) -> bool:
    """A label outside ASCII is encoded as a whole, so no value can be put into it later."""
    marked = "".join("\0" if isinstance(piece, Value) else piece.text for piece in run.pieces)
    return all(label.isascii() for label in DOT.split(marked) if "\0" in label)


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
