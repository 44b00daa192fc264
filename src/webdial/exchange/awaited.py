"""Shows a request before its time: what an earlier answer will give stands in it by its name.

For dry runs. The names stand where they stand in the dial string, in braces, and unencoded.
"""

from dataclasses import dataclass, replace

from webdial.dialstring import DialString, Link, Plan, Values
from webdial.dialstring.model import HttpTarget, Login
from webdial.dialstring.values import Field, Slot, Template, names_in, names_of


def shown_awaiting(string: DialString, values: Values, awaited: frozenset[str]) -> Plan:
    """The plan with secrets masked and the `awaited` values by their names.

    Raises DialStringError when another value, that is no secret, is missing or does not fit.
    """
    if not string.names & awaited:
        return string.shown(values)
    named = _Naming(string, awaited)
    plan = named.string().shown(values)
    if isinstance(plan, Link):
        return plan
    headers = {
        name: _line(named.template(template), string, values)
        for name, template in string.headers
        if names_in(template) & awaited
    }
    return replace(
        plan,
        url=named.with_host(plan.url),
        headers=tuple((name, headers.get(name, value)) for name, value in plan.headers),
    )


def _line(template: Template, string: DialString, values: Values) -> str:
    """A header's text with the secrets in it masked, and not the whole of it for its name."""
    link = DialString(string.source, None, template, declared=string.declared)
    return link.shown(values).url


@dataclass(frozen=True, slots=True)
class _Naming:
    """Puts names in braces where a dial string takes what is not known yet."""

    source: DialString
    awaited: frozenset[str]

    def string(self) -> DialString:
        source, target = self.source, self.source.target
        if isinstance(target, HttpTarget):
            target = replace(
                target,
                user_info=None if target.user_info is None else self.template(target.user_info),
                host=tuple(self._in_host(part) for part in target.host),
                path=self.template(target.path),
                query=None if target.query is None else self.template(target.query),
            )
        else:
            target = self.template(target)
        return DialString(
            source.source,
            source.method,
            target,
            None if source.body is None else self.template(source.body),
            source.content_type,
            tuple((name, self.template(value)) for name, value in source.headers),
            self._login(source.login),
            source.declared,
        )

    def template(self, template: Template) -> Template:
        return tuple(self._part(part) for part in template)

    def with_host(self, url: str) -> str:
        """The URL with names in braces where `string` has what may stand in a host."""
        for name in self.awaited:
            url = url.replace(_host_label(name), f"{{{name}}}")
        return url

    def _part(self, part: str | Slot) -> str | Slot:
        if isinstance(part, str) or not names_of(part.value) & self.awaited:
            return part
        if isinstance(part.value, Field):
            return f"{{{part.value.name}}}"
        return self.source.source[part.start : part.end]

    def _in_host(self, part: str | Slot) -> str | Slot:
        if isinstance(part, Slot) and isinstance(part.value, Field):
            name = part.value.name
            return _host_label(name) if name in self.awaited else part
        return part

    def _login(self, login: Login | None) -> Login | None:
        if login is None:
            return None
        return replace(
            login, user=self.template(login.user), password=self.template(login.password)
        )


def _host_label(name: str) -> str:
    """A name that no host has, to be put in the place of a host that is not known yet."""
    return f"awaited-{name.replace('_', '-')}.invalid"
