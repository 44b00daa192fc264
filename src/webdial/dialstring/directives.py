"""The directives before the URL: method, headers, how to sign in, what the body is."""

import re
from dataclasses import dataclass, field
from typing import Final

from webdial.dialstring.encoding import Place
from webdial.dialstring.model import Login, Method
from webdial.dialstring.pieces import Run, Text
from webdial.dialstring.reader import DIRECTIVES, Reader
from webdial.dialstring.values import Template
from webdial.language import translatable, translate

_WORD = re.compile(r"\s*\{\s*([A-Za-z][A-Za-z0-9_]*)(?=[\s}])")
_UNOPENED = re.compile(r"\s*(([A-Za-z]+)\s*\})")
_BRACES = re.compile(r"\s*(\{[^{}^#]*\})")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110 section 5.6.2
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?: *; *[\x21-\x7e ]+)?")
_PRINTABLE = re.compile(r"[\x20-\x7e]*")
_COOKIE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*")

# What belongs to the transport (RFC 9110, RFC 9112): set by hand it would split or misroute requests.
_REFUSED_HEADERS: Final = frozenset(
    {
        "host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer",
        "expect", "keep-alive", "proxy-authorization", "proxy-authenticate", "proxy-connection",
        "accept-encoding",
    }
)  # fmt: skip

_BODIES: Final = frozenset({"FORM", "JSON", "XML", "BODY"})
_METHODS: Final = frozenset({"GET", "POST", "PUT"})
_BARE: Final = frozenset({"GET", "POST", "PUT", "OPEN", "FORM", "JSON", "XML"})


@dataclass(slots=True)
class Directives:
    """What stood before the URL. `end` is the position behind; `spans` where each stood."""

    method: Method | None = None
    is_opened: bool = False
    body: str | None = None
    media_type: str = ""
    headers: list[tuple[str, Template]] = field(default_factory=list)
    cookies: list[tuple[str, Template]] = field(default_factory=list)
    login: Login | None = None
    end: int = 0
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def all_headers(self) -> tuple[tuple[str, Template], ...]:
        """The headers in their order, all cookies in one (RFC 6265 section 4.2)."""
        if not self.cookies:
            return tuple(self.headers)
        cookie: list[object] = []
        for index, (name, value) in enumerate(self.cookies):
            cookie += [f"{'; ' if index else ''}{name}=", *value]
        return (*self.headers, ("Cookie", tuple(cookie)))  # type: ignore[arg-type]


def read_directives(reader: Reader) -> Directives:
    """*( "{" directive "}" *blank )"""
    found = Directives()
    while True:
        match = _WORD.match(reader.source, found.end)
        if match is None or match[1].upper() not in DIRECTIVES:
            if _reads_unopened(reader, found):
                continue
            unknown = _BRACES.match(reader.source, found.end)
            if unknown is None or _begins_url(reader.source, unknown.end()):
                return found
            reader.unknown_directive(unknown[1], unknown.start(1))
            found.end = unknown.end()
            continue
        word = match[1].upper()
        start = reader.source.index("{", found.end)
        text, found.end, _ = reader.inside(match.end(), with_bars=False)
        _Directive(reader, found, word, start, text).read()
        found.spans.setdefault(word, (start, found.end))


def _reads_unopened(reader: Reader, found: Directives) -> bool:
    """`POST}`: a fault, and read as the directive that is meant, so that no others follow from it."""
    match = _UNOPENED.match(reader.source, found.end)
    if match is None or (word := match[2].upper()) not in _BARE:
        return False
    message = translate("The brace that opens {{{word}}} is missing.", word=word)
    hint = translate("Write {{{word}}} before the URL.", word=word)
    reader.fault("stray_brace", message, *match.span(1), hint)
    found.end = match.end()
    _Directive(reader, found, word, match.start(1), Run([], match.end(), match.end())).read()
    found.spans.setdefault(word, match.span(1))
    return True


def _begins_url(source: str, position: int) -> bool:
    """Whether the braces were the scheme of the URL: `{scheme}://`"""
    return source.startswith("://", position)


class _Directive:
    """One directive that is being read into `found`."""

    def __init__(self, reader: Reader, found: Directives, word: str, start: int, text: Run) -> None:
        self._reader = reader
        self._found = found
        self._word = word
        self._start = start
        self._text = text

    def read(self) -> None:
        word = self._word
        if word in _BARE and not self._text.is_empty:
            self._fault(
                "directive_text",
                translate("{word} takes nothing behind it in its braces.", word=word),
            )
        elif word in _METHODS:
            self._method()
        elif word == "OPEN":
            self._found.is_opened = True
        elif word in _BODIES:
            self._body()
        elif word == "HEADER":
            self._header()
        elif word == "COOKIE":
            self._cookie()
        else:
            self._sign_in()

    def _method(self) -> None:
        if self._found.method is not None:
            message = translate("The method is given twice: a call is one request, by one method.")
            self._fault("repeated_method", message)
            return
        self._found.method = Method[self._word]

    def _body(self) -> None:
        if self._found.body is not None:
            self._fault("repeated_body", translate("A request has one body, of one kind."))
            return
        self._found.body = self._word
        if self._word != "BODY":
            return
        self._found.media_type = self._text.plain
        if self._text.values() or not _MEDIA_TYPE.fullmatch(self._text.plain):
            message = translate("BODY is followed by a media type.")
            self._fault(
                "directive_text",
                message,
                translate("For example: {BODY text/plain; charset=utf-8}"),
            )

    def _header(self) -> None:
        """ "HEADER" name ":" text"""
        named = self._named(":", "HEADER", "{HEADER X-Api-Key: {secret pbx}}")
        if named is None:
            return
        name, value = named
        if name.lower() in _REFUSED_HEADERS:
            message = translate(
                "The header {name} belongs to the transport and cannot be set.", name=name
            )
            self._fault("header_refused", message)
        elif name.lower() in {known.lower() for known, _ in self._found.headers}:
            self._fault(
                "repeated_header", translate("The header {name} is given twice.", name=name)
            )
        elif name.lower() == "cookie":
            self._fault("repeated_header", translate("Cookies are given by {COOKIE name=value}."))
        elif name.lower() == "authorization" and not self._may_sign_in():
            return
        elif self._is_written(
            value, _PRINTABLE, translatable("a header takes visible ASCII characters")
        ):
            self._found.headers.append((name, value.template(Place.HEADER)))

    def _cookie(self) -> None:
        """ "COOKIE" name "=" text"""
        named = self._named("=", "COOKIE", "{COOKIE session={token}}")
        if named is None:
            return
        name, value = named
        if name in {known for known, _ in self._found.cookies}:
            self._fault(
                "repeated_header", translate("The cookie {name} is given twice.", name=name)
            )
        elif self._is_written(
            value, _COOKIE, translatable("a cookie takes no blanks, quotes, commas and such")
        ):
            self._found.cookies.append((name, value.template(Place.COOKIE)))

    def _named(self, separator: str, word: str, example: str) -> tuple[str, Run] | None:
        position = self._text.find(separator)
        name = "" if position is None else self._text.cut(self._text.start, position).plain.strip()
        if position is None or not _TOKEN.fullmatch(name):
            message = translate(
                "{word} is followed by a name, {separator} and a value.",
                word=word,
                separator=separator,
            )
            self._fault(
                "directive_text", message, translate("For example: {example}", example=example)
            )
            return None
        return name, self._text.cut(position + 1, self._text.end).trimmed()

    def _sign_in(self) -> None:
        """ "BASIC" user ":" password / "DIGEST" user ":" password / "BEARER" text"""
        if not self._may_sign_in():
            return
        if self._word == "BEARER":
            if self._text.is_empty:
                self._fault(
                    "directive_text",
                    translate("BEARER is followed by a token."),
                    translate("{BEARER {secret pbx}}"),
                )
            elif self._is_written(
                self._text, _PRINTABLE, translatable("a token takes visible ASCII characters")
            ):
                template = ("Bearer ", *self._text.template(Place.HEADER))
                self._found.headers.append(("Authorization", template))
                self._found.spans["AUTHORIZATION"] = (self._start, self._found.end)
            return
        colon = self._text.find(":")
        if colon is None:
            message = translate(
                "{word} is followed by a user name, a colon and a password.", word=self._word
            )
            self._fault(
                "directive_text",
                message,
                translate("{{{word} webdial:{{secret pbx}}}}", word=self._word),
            )
            return
        self._found.login = Login(
            self._word == "DIGEST",
            self._text.cut(self._text.start, colon).trimmed().template(Place.USER),
            self._text.cut(colon + 1, self._text.end).trimmed().template(Place.PASSWORD),
        )

    def _may_sign_in(self) -> bool:
        signs_in = self._found.login is not None or any(
            name.lower() == "authorization" for name, _ in self._found.headers
        )
        if signs_in:
            self._fault("repeated_login", translate("A request signs in once, in one way."))
        return not signs_in

    def _is_written(self, value: Run, allowed: re.Pattern[str], why: str) -> bool:
        for piece in value.pieces:
            if isinstance(piece, Text) and not allowed.fullmatch(piece.text):
                message = translate("This cannot stand here: {why}.", why=translate(why))
                self._reader.fault("bad_header", message, piece.start, piece.end)
                return False
        return True

    def _fault(self, code: str, message: str, hint: str = "") -> None:
        self._reader.fault(code, message, self._start, self._found.end, hint)
