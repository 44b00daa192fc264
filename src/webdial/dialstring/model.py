"""A dial string that has been read: templates with slots, ready to take values."""

import base64
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from typing import Any, Final
from urllib.parse import unquote

from webdial.dialstring import functions
from webdial.dialstring.encoding import Place, encode_value, misfit
from webdial.dialstring.hosts import is_host, is_ipv6_address
from webdial.dialstring.plan import MASK, DigestLogin, HttpRequest, Link, Plan
from webdial.dialstring.values import (
    CALL_NAMES,
    EXTENSION,
    IN_NUMBER,
    MADE_BY_THE_PLAN,
    MAY_BE_EMPTY,
    NUMBER,
    REQUEST_NAMES,
    Apply,
    Declared,
    Field,
    Moment,
    Slot,
    Template,
    Values,
    has_secret,
    names_in,
)
from webdial.errors import Fault, SourceError
from webdial.language import translatable, translate

FORM_CONTENT_TYPE: Final = "application/x-www-form-urlencoded"

_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}

_VARYING: Final = IN_NUMBER | MADE_BY_THE_PLAN | {"outside_line"}

_LEAST_SECRET = 4
"""Characters of a secret that is looked for in answers: shorter ones are found by chance."""


_NO_EXTENSION: Final = translatable(
    "The dial string needs the caller's extension, and none is set up."
)
_NOT_SET_UP: Final = translatable("The dial string needs a value that is not set up: {label}.")
_CANNOT_STAND: Final = translatable("The {label} cannot stand here: it {why}.")
_NO_HOST: Final = translatable("makes “{host}”, which is no name or address of a host")
FAULTS_OF_VALUES: Final = (_NOT_SET_UP, _CANNOT_STAND, _NO_HOST)
"""What a call keeps, in English, of a request that could not be made on the way."""


class DialStringError(SourceError):
    """The text is no dial string, or the values at hand cannot be put into it."""

    code = "dial_string"


@dataclass(slots=True)
class Settled:
    """Parts of one request that are finished and will not change until it is sent."""

    url: str | None = field(default=None, repr=False)
    body: str | None = field(default=None, repr=False)
    shown: HttpRequest | None = field(default=None, repr=False)
    """An earlier request, masked, from which this one differs in the body alone."""


class Method(Enum):
    GET = "GET"
    POST = "POST"
    PUT = "PUT"


@dataclass(frozen=True, slots=True)
class HttpTarget:
    """Where an HTTP dial string goes. `path` and `query` hold the text from the first slash on.

    A phone system may take its secret anywhere in them, so `repr` shows neither.
    """

    scheme: str | Slot
    user_info: Template | None = field(repr=False)
    host: Template
    port: int | Slot | None
    path: Template = field(repr=False)
    query: Template | None = field(repr=False)

    @property
    def templates(self) -> tuple[Template, ...]:
        """The templates of the URL. User and password before the host become a header."""
        ends = tuple(part for part in (self.scheme, self.port) if isinstance(part, Slot))
        return (ends, self.host, self.path, self.query or ())


@dataclass(frozen=True, slots=True)
class Login:
    """Who signs in by HTTP itself: Basic or Digest, with user and password."""

    is_digest: bool
    user: Template = field(repr=False)
    password: Template = field(repr=False)


@dataclass(frozen=True)
class DialString:
    """A text in the dial-string language, without faults.

    `method` is None for a link. `body` is the whole body of a POST or PUT, `content_type` its type;
    `headers` are those that the text names, in its order; `declared` are the names that it was read with.
    """

    source: str = field(repr=False)
    method: Method | None
    target: HttpTarget | Template = field(repr=False)
    body: Template | None = field(default=None, repr=False)
    content_type: str | None = None
    headers: tuple[tuple[str, Template], ...] = field(default=(), repr=False)
    login: Login | None = field(default=None, repr=False)
    declared: tuple[tuple[str, Declared], ...] = field(default=(), repr=False, compare=False)

    @property
    def is_link(self) -> bool:
        return self.method is None

    @property
    def opens_page(self) -> bool:
        """Whether it is a link to a web page, which a browser would put in the place of its own."""
        return self.is_link and isinstance(self.target, HttpTarget)

    @cached_property
    def templates(self) -> tuple[Template, ...]:
        """Every template, in the order in which a request is written."""
        parts: list[Template | None] = []
        if isinstance(self.target, HttpTarget):
            parts += [self.target.user_info, *self.target.templates]
        else:
            parts.append(self.target)
        parts.append(self.body)
        parts += [template for _, template in self.headers]
        if self.login is not None:
            parts += [self.login.user, self.login.password]
        return tuple(part for part in parts if part)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the values that it takes, those inside functions too."""
        return frozenset().union(*map(names_in, self.templates))

    @cached_property
    def secret_names(self) -> frozenset[str]:
        """Those of `names` whose values are secrets."""
        return frozenset(
            name for name, how in self.declared if how.is_secret and name in self.names
        )

    @cached_property
    def has_secrets(self) -> bool:
        return any(map(has_secret, self.templates))

    @cached_property
    def method_name(self) -> str:
        return "" if self.method is None else self.method.value

    @cached_property
    def signs_itself(self) -> bool:
        """Whether a header takes parts of the finished request."""
        return bool(self.names & REQUEST_NAMES.keys())

    @cached_property
    def settles_url(self) -> bool:
        """Whether the URL that is sent is the one that is shown, whenever it is made."""
        return isinstance(self.target, HttpTarget) and all(map(_settles, self.target.templates))

    @cached_property
    def varies_in_body_alone(self) -> bool:
        """Whether number and moment, which are others in every call, stand in the body alone."""
        if not self.settles_url or self.method is None:
            return False
        login = () if self.login is None else (self.login.user, self.login.password)
        assert isinstance(self.target, HttpTarget)
        user_info = self.target.user_info or ()
        headers = (template for _, template in self.headers)
        outside = (*self.target.templates, user_info, *headers, *login)
        return not any(_VARYING & names_in(template) for template in outside)

    @cached_property
    def settles_body(self) -> bool:
        return isinstance(self.target, HttpTarget) and _settles(self.body or ())

    def uses(self, name: str) -> bool:
        return name in self.names

    def plan(self, values: Values, settled: Settled | None = None) -> Plan:
        """The one request or link that these values make.

        `settled` is what `shown` has noted for the same values but for the secrets; it is then not made
        again, and the plan brings no masked form of itself. Raises DialStringError when a value is
        missing or cannot stand where the string wants it.
        """
        moment = Moment(values.clock())
        own = Settled() if settled is None else settled
        filling = _Filling(self, values, moment, own)
        plan = filling.plan()
        filling.raise_faults()
        if not self.has_secrets or (settled is not None and isinstance(plan, HttpRequest)):
            return plan
        shown = _Filling(self, values, moment, own, is_masked=True).plan()
        match plan:
            case HttpRequest():
                assert isinstance(shown, HttpRequest)
                return replace(plan, shown=shown)
            case Link():
                assert isinstance(shown, Link)
                return Link(plan.url, shown)

    def shown(self, values: Values, settled: Settled | None = None) -> Plan:
        """The request or link with every secret masked; the secrets' values need not be known.

        Notes in `settled` what `plan` need not make again. Raises DialStringError as `plan` does for
        all other values.
        """
        own = Settled() if settled is None else settled
        filling = _Filling(self, values, Moment(values.clock()), own, is_masked=True)
        plan = filling.plan() if own.shown is None else filling.like(own.shown)
        filling.raise_faults()
        return plan if own.shown is not None else plan.masked()


class _Filling:
    """One pass of values through a dial string's templates, gathering faults on the way."""

    __slots__ = (
        "_faults", "_is_masked", "_moment", "_request", "_secrets", "_settled", "_string", "_values",
    )  # fmt: skip

    def __init__(
        self,
        string: DialString,
        values: Values,
        moment: Moment,
        settled: Settled,
        *,
        is_masked: bool = False,
    ) -> None:
        self._string = string
        self._values = values
        self._moment = moment
        self._settled = settled
        self._is_masked = is_masked
        self._faults: list[Fault] = []
        self._secrets: list[str] = []
        self._request: dict[str, str] = {}

    @property
    def secrets(self) -> tuple[str, ...]:
        if not self._secrets:
            return ()
        found = {text for text in self._secrets if len(text) >= _LEAST_SECRET}
        return tuple(sorted(found, key=lambda text: (-len(text), text)))

    def plan(self) -> Plan:
        string, target = self._string, self._string.target
        if not isinstance(target, HttpTarget):
            return Link(self.render(target))
        url = self._settled.url or self._url(target)
        if string.method is None:
            return Link(url)
        body = self._settled.body
        if body is None and string.body is not None:
            body = self.render(string.body)
        self._settle(url, body)
        method = string.method_name
        if string.signs_itself:
            self._note_request(method, url, body)
        headers, digest = self._headers(target)
        return HttpRequest(method, url, headers, body, digest, self.secrets)

    def like(self, shown: HttpRequest) -> HttpRequest:
        """The request again, masked, with another body."""
        string = self._string
        body = None if string.body is None else self.render(string.body)
        self._settle(shown.url, body)
        return HttpRequest(shown.method, shown.url, shown.headers, body, shown.digest)

    def _settle(self, url: str, body: str | None) -> None:
        if not self._faults:
            if self._string.settles_url:
                self._settled.url = url
            if self._string.settles_body:
                self._settled.body = body

    def render(self, template: Template) -> str:
        return "".join([part if isinstance(part, str) else self._fill(part) for part in template])

    def raise_faults(self) -> None:
        if self._faults:
            raise DialStringError(self._string.source, self._faults)

    def _url(self, target: HttpTarget) -> str:
        scheme = target.scheme if isinstance(target.scheme, str) else self._fill(target.scheme)
        port = "" if target.port is None else self._port(scheme, target.port)
        path = self._path(target.path)
        query = "" if target.query is None else "?" + self.render(target.query)
        return f"{scheme}://{self._host(target.host)}{port}{path}{query}"

    def _port(self, scheme: str, port: int | Slot) -> str:
        """The port with its colon. A value that is the scheme's own port is left out (RFC 3986
        section 6.2.3): whoever signs the URL signs it as the phone system sees it.
        """
        if isinstance(port, int):
            return f":{port}"
        number = self._fill(port)
        return "" if _DEFAULT_PORTS.get(scheme) == number else f":{number}"

    def _note_request(self, method: str, url: str, body: str | None) -> None:
        path, _, query = url.partition("://")[2].partition("?")
        self._request = {
            "request.method": method,
            "request.url": url,
            "request.path": "/" + path.partition("/")[2],
            "request.query": query,
            "request.body": body or "",
        }

    def _headers(
        self, target: HttpTarget
    ) -> tuple[tuple[tuple[str, str], ...], DigestLogin | None]:
        string = self._string
        headers: list[tuple[str, str]] = []
        digest: DigestLogin | None = None
        if target.user_info is not None:
            user, _, password = unquote(self.render(target.user_info)).partition(":")
            headers.append(("Authorization", _basic(user, password)))
        elif string.login is not None:
            user, password = self.render(string.login.user), self.render(string.login.password)
            if string.login.is_digest:
                digest = DigestLogin(user, password)
            elif not self._is_left_empty(string.login):
                headers.append(("Authorization", _basic(user, password)))
                if has_secret(string.login.user) or has_secret(string.login.password):
                    self._secrets.append(headers[-1][1].removeprefix("Basic "))
        if string.content_type is not None:
            headers.append(("Content-Type", string.content_type))
        headers += [(name, self.render(template)) for name, template in string.headers]
        return tuple(headers), digest

    def _host(self, template: Template) -> str:
        """A finished name or address of a host."""
        if len(template) == 1 and isinstance(template[0], str):
            return template[0]
        host = self.render(template)
        if is_ipv6_address(host):
            return f"[{host}]"
        slot = next(part for part in template if isinstance(part, Slot))
        if host and not self._is_masked and not is_host(host) and not self._faults:
            self._misfit(slot, translate(_NO_HOST, host=host))
        return host.lower()

    def _path(self, template: Template) -> str:
        """A path in which no value has become a step up or down (RFC 3986 section 5.2.4)."""
        if len(template) == 1 and isinstance(template[0], str):
            return template[0]
        path = self.render(template)
        slots = [part for part in template if isinstance(part, Slot)]
        as_written = "".join(part if isinstance(part, str) else "x" for part in template)
        if slots and _dot_segments(path) != _dot_segments(as_written):
            self._misfit(slots[0], translatable("would change the path of the URL"))
        return path

    def _fill(self, slot: Slot) -> str:
        if self._is_masked and slot.is_secret:
            return MASK
        value = slot.value
        text = self._value(value, slot) if isinstance(value, Field) else self._call(value, slot)
        if slot.is_secret and slot.place is not Place.RAW:
            self._secrets.append(text)
        place = slot.place
        if place is Place.RAW:
            return text
        if why := misfit(text, place):
            self._misfit(slot, why)
            return ""
        return encode_value(text, place)

    def _is_left_empty(self, login: Login) -> bool:
        """Whether neither user nor password is filled in, where neither need be."""
        values = self._values
        return all(
            isinstance(part, Slot)
            and isinstance(part.value, Field)
            and part.value.name in values.optional
            and not values.more.get(part.value.name)
            for part in (*login.user, *login.password)
        )

    def _value(self, value: Field, slot: Slot) -> str:
        name = value.name
        if name == NUMBER:
            return self._values.number
        if name == EXTENSION:
            return self._values.extension or self._missing_extension(slot)
        if name in self._request:
            return self._request[name]
        if name in MADE_BY_THE_PLAN:
            return self._moment.value(name)
        text = self._values.more.get(name, "")
        if text and slot.is_secret:
            self._secrets.append(text)
        if not text and name not in MAY_BE_EMPTY and name not in self._values.optional:
            self._missing(name, slot)
        return text

    def _call(self, value: Apply, slot: Slot) -> str:
        try:
            if value.function.startswith("jwt_"):
                return self._token(value)
            if value.function == "unix_time":
                return self._moment.shifted(int(self.render(value.arguments[0])))
            if (inner := _lone_hash(value)) is not None:
                texts = [self.render(argument) for argument in inner.arguments]
                return functions.in_base64(value.function, functions.digest(inner.function, texts))
            return functions.call(
                value.function, [self.render(argument) for argument in value.arguments]
            )
        except functions.FunctionMisfitError as error:
            self._misfit(slot, str(error))
        except UnicodeEncodeError:
            self._misfit(slot, translatable("holds half of a character"))
        return ""

    def _token(self, value: Apply) -> str:
        claims: dict[str, Any] = {}
        for claim in value.claims:
            text = self.render(claim.text)
            claims[claim.name] = functions.scalar(text) if claim.is_json else text
        key = self.render(value.arguments[0])
        if not key:  # told as missing
            return ""
        return functions.sign(value.function, key, claims)

    def _missing_extension(self, slot: Slot) -> str:
        self._faults.append(
            Fault(
                "extension_missing",
                translate(_NO_EXTENSION),
                slot.start,
                slot.end,
                translate("Set up the extension in Maintenance | Users."),
            )
        )
        return ""

    def _missing(self, name: str, slot: Slot) -> None:
        label = _label(self._string, name)
        fault = Fault(
            "value_missing",
            translate(_NOT_SET_UP, label=label),
            slot.start,
            slot.end,
        )
        if fault not in self._faults:
            self._faults.append(fault)

    def _misfit(self, slot: Slot, why: str) -> None:
        if isinstance(slot.value, Field):
            label = _label(self._string, slot.value.name)
        else:
            label = translate("result of this function")
        self._faults.append(
            Fault(
                "value_misfit",
                translate(_CANNOT_STAND, label=label, why=translate(why)),
                slot.start,
                slot.end,
            )
        )


def _settles(template: Template) -> bool:
    return not has_secret(template) and not names_in(template) & MADE_BY_THE_PLAN


def _label(string: DialString, name: str) -> str:
    if name == EXTENSION:
        return translate("extension")
    declared = dict(string.declared).get(name) or CALL_NAMES.get(name)
    return translate(declared.label) if declared is not None else name


def _lone_hash(value: Apply) -> Apply | None:
    """The hash that stands alone in base64: its bytes are meant."""
    if value.function not in {"base64", "base64url"} or len(value.arguments[0]) != 1:
        return None
    part = value.arguments[0][0]
    if isinstance(part, Slot) and isinstance(part.value, Apply):
        return part.value if functions.is_hash(part.value.function) else None
    return None


def _basic(user: str, password: str) -> str:
    token = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return f"Basic {token}"


def _dot_segments(path: str) -> int:
    return sum(segment in {".", ".."} for segment in path.split("/"))
