"""Bodies other than a form: JSON from variables, and raw JSON, XML and text as they are written.

A body is checked once, when it is read, with markers in place of its values: it is well-formed then,
and each value stands where it can be escaped. Filling in cannot change its shape.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat

from webdial.dialstring.encoding import Place
from webdial.dialstring.pieces import Run, Text, Value, joined
from webdial.dialstring.values import Slot, Template
from webdial.language import translate

JSON_CONTENT_TYPE: Final = "application/json"
XML_CONTENT_TYPE: Final = "text/xml; charset=utf-8"

MAX_INDEX: Final = 99
"""The highest `[n]`: lists in a dial request are short, and a slip must not make a million of them."""

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_STEP = re.compile(r"\[([^\[\]]*)\]")
_MARK = "\ue000"

Tell = Callable[[str, str, int, int, str], None]
"""Reports a fault: code, message, start, end, hint."""


@dataclass(slots=True)
class _Tree:
    """An object (`members`) or a list (`items`), whichever its first use makes it."""

    members: dict[str, "_Tree | Template"] = field(default_factory=dict)
    items: list["_Tree | Template"] = field(default_factory=list)
    is_list: bool | None = None


def json_of_variables(variables: list[Run], tell: Tell) -> Template:
    """variable = key *( "[" [ key / index ] "]" ) ( "=" / ":=" ) text, all together one object."""
    root = _Tree(is_list=False)
    for run in variables:
        _add_variable(root, run, tell)
    out: list[str | Slot] = []
    _write(root, out)
    return joined(out)


def _add_variable(root: _Tree, run: Run, tell: Tell) -> None:
    equals = run.find("=")
    name = None if equals is None else run.cut(run.start, equals)
    if equals is None or name is None or name.is_empty:
        _tell_nameless(run, tell)
        return
    if name.values() or any(isinstance(piece, Text) and piece.is_escaped for piece in name.pieces):
        message = translate("The name of a JSON variable is written out; it takes no values.")
        tell("json_name", message, name.start, name.end, translate("For example: <&>to[number]=#"))
        return
    is_json = name.plain.endswith(":")
    path = _path(name.plain.removesuffix(":").strip())
    if path is None:
        message = translate("This is no name of a JSON variable.")
        hint = translate(
            "For example name, to[number], list[0][type] or list[] for the next of a list."
        )
        tell("json_name", message, name.start, name.end, hint)
        return
    value = run.cut(equals + 1, run.end)
    leaf = _json_value(value, tell) if is_json else _json_string(value)
    if leaf is not None and (why := _put(root, path, leaf)):
        tell("json_conflict", why, name.start, name.end, "")


def _tell_nameless(run: Run, tell: Tell) -> None:
    message = translate("This JSON variable is not of the form name=value.")
    hint = translate("For example: <&>to=# or <&>playPrompt:=false")
    tell("variable_without_name", message, run.start, max(run.end, run.start + 1), hint)


def _path(name: str) -> list[str] | None:
    match = _KEY.fullmatch(name)
    if match is None:
        return None
    return [match[1].strip(), *(step.strip() for step in _STEP.findall(match[2]))]


def _json_string(run: Run) -> Template:
    parts: list[str | Slot] = ['"']
    for piece in run.pieces:
        if isinstance(piece, Value):
            parts.append(piece.slot(Place.JSON))
        else:
            parts.append(json.dumps(piece.text, ensure_ascii=False)[1:-1])
    return joined([*parts, '"'])


def _json_value(run: Run, tell: Tell) -> Template | None:
    """A literal of JSON, or one value that becomes a number, true, false or null."""
    run = run.trimmed()
    if len(run.pieces) == 1 and isinstance(value := run.pieces[0], Value):
        return (value.slot(Place.JSON_VALUE),)
    text = "".join(piece.text for piece in run.pieces if isinstance(piece, Text))
    if not run.values():
        try:
            return (json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")),)
        except (ValueError, RecursionError):
            pass
    message = translate(
        "What follows := is one value in braces, or JSON: a number, true, false, null, [] ."
    )
    hint = translate("For text write = instead of :=")
    tell("json_value", message, run.start, max(run.end, run.start + 1), hint)
    return None


def _put(root: _Tree, path: list[str], leaf: Template) -> str:
    """Hang the leaf into the tree; why it cannot hang there, or an empty text."""
    node = root
    for depth, step in enumerate(path):
        is_list = depth > 0 and (step == "" or step.isdecimal())
        if node.is_list is None:
            node.is_list = is_list
        if node.is_list is not is_list:
            return translate("One variable makes a list here, another an object.")
        is_last = depth == len(path) - 1
        new: _Tree | Template = leaf if is_last else _Tree()
        following = _listed(node, step, new) if is_list else node.members.setdefault(step, new)
        if following is None:
            return translate(
                "The list has {count} entries so far: the next is [{count}].", count=len(node.items)
            )
        if following is not new and (is_last or not isinstance(following, _Tree)):
            return translate("This place in the JSON has a value already.")
        if isinstance(following, _Tree):
            node = following
    return ""


def _listed(node: _Tree, step: str, new: "_Tree | Template") -> "_Tree | Template | None":
    """The entry of this index, which may be the next one; None beyond that."""
    index = len(node.items) if step == "" else int(step[:9])
    if index > min(len(node.items), MAX_INDEX):
        return None
    if index == len(node.items):
        node.items.append(new)
    return node.items[index]


def _write(node: "_Tree | Template", out: list[str | Slot]) -> None:
    if not isinstance(node, _Tree):
        out += node
        return
    if node.is_list:
        out.append("[")
        for index, item in enumerate(node.items):
            out.append("," if index else "")
            _write(item, out)
        out.append("]")
        return
    out.append("{")
    for index, (key, item) in enumerate(node.members.items()):
        out.append(f"{',' if index else ''}{json.dumps(key, ensure_ascii=False)}:")
        _write(item, out)
    out.append("}")


def raw_body(run: Run, content_type: str, tell: Tell) -> Template:
    """The one text behind `<&>`, each value escaped as the media type wants it."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type.endswith(("/json", "+json")):
        return _raw_json(run, tell)
    if media_type.endswith(("/xml", "+xml")):
        return _raw_xml(run, tell)
    if media_type == "application/x-www-form-urlencoded":
        return run.template(Place.FORM)
    return run.template(Place.TEXT)


def _raw_json(run: Run, tell: Tell) -> Template:
    out: list[str | Slot] = []
    checked: list[str] = []
    places: list[int] = []
    is_inside = is_escape = False
    for piece in run.pieces:
        if isinstance(piece, Value):
            out.append(piece.slot(Place.JSON if is_inside else Place.JSON_VALUE))
            checked.append("x" if is_inside else "0")
            places.append(piece.start)
            continue
        out.append(piece.text)
        for offset, character in enumerate(piece.text):
            checked.append(character)
            places.append(piece.start + (0 if piece.is_escaped else offset))
            if is_inside and not is_escape and character == "\\":
                is_escape = True
                continue
            if character == '"' and not is_escape:
                is_inside = not is_inside
            is_escape = False
    try:
        json.loads("".join(checked), parse_constant=_refuse)
    except json.JSONDecodeError as error:
        at = places[error.pos] if error.pos < len(places) else run.end
        _tell_malformed("JSON", error.msg, at, tell)
    except (ValueError, RecursionError):
        why = translate("it is nested too deeply or names no number")
        _tell_malformed("JSON", why, run.start, tell)
    return joined(out)


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _tell_malformed(kind: str, why: str, at: int, tell: Tell) -> None:
    hint = translate("A brace is written {{} or {}}.")
    tell(
        "body_malformed",
        translate("The body is no {kind}: {why}.", kind=kind, why=why),
        at,
        at + 1,
        hint,
    )


def _raw_xml(run: Run, tell: Tell) -> Template:
    out: list[str | Slot] = []
    checked: list[str] = []
    places: list[int] = []
    for piece in run.pieces:
        if isinstance(piece, Value):
            out.append(piece.slot(Place.XML))
            checked.append(_MARK)
            places.append(piece.start)
        else:
            out.append(piece.text)
            checked.append(piece.text)
            places += [
                piece.start + (0 if piece.is_escaped else offset)
                for offset in range(len(piece.text))
            ]
    _XmlCheck("".join(checked), [*places, run.end], run.values(), tell).check()
    return joined(out)


class _XmlCheck:
    """Parses a document whose values are marks: each must stand in text or an attribute's value."""

    def __init__(self, text: str, places: list[int], values: list[Value], tell: Tell) -> None:
        self._text = text
        self._places = places
        self._values = values
        self._tell = tell
        self._counted = 0
        self._is_cdata = False

    def check(self) -> None:
        parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._start
        parser.CharacterDataHandler = self._count
        parser.StartCdataSectionHandler = lambda: self._cdata(is_inside=True)
        parser.EndCdataSectionHandler = lambda: self._cdata(is_inside=False)
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            parser.Parse(self._text.encode(), True)
        except expat.ExpatError as error:
            why = expat.ErrorString(error.code) or translate("it cannot be read")
            at = self._places[min(self._character(parser.ErrorByteIndex), len(self._places) - 1)]
            _tell_malformed("XML", why, at, self._tell)
            return
        except UnicodeEncodeError:
            why = translate("it holds half of a character")
            _tell_malformed("XML", why, self._places[0], self._tell)
            return
        if self._text.count(_MARK) != len(self._values) or self._counted != len(self._values):
            message = translate(
                "A value in XML stands in text or in an attribute's value, nowhere else."
            )
            first = self._values[0] if self._values else None
            start, end = (first.start, first.end) if first else (self._places[0], self._places[0])
            self._tell("xml_value", message, start, end, "")

    def _start(self, _name: str, attributes: dict[str, str]) -> None:
        for value in attributes.values():
            self._count(value)

    def _count(self, text: str) -> None:
        if not self._is_cdata:
            self._counted += text.count(_MARK)

    def _cdata(self, *, is_inside: bool) -> None:
        self._is_cdata = is_inside

    def _doctype(self, *_: object) -> None:
        at = self._places[0]
        self._tell(
            "body_malformed", translate("A document type declaration is refused."), at, at + 1, ""
        )

    def _character(self, byte_index: int) -> int:
        return len(self._text.encode()[: max(byte_index, 0)].decode(errors="ignore"))
