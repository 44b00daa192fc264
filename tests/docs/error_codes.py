"""Every error code that the program can give, read from its source.

A code is a text that stands as `code = "…"` in a class, or goes as `code` into a call: of `Fault`, of
an error's class, or of a function of the same module that hands it on. What goes in there and is no
text and no parameter handed on is a code that nobody can look up; then `codes_of` fails.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import webdial

PACKAGE = Path(webdial.__file__).parent

# Codes of database functions are made from a closed list, `Kind`, and not written one by one; the
# pretend phone system is no part of what administrators and programs meet.
LEFT_OUT = ("watcom", "simulator")

# Of errors.py, whatever the module; errors themselves take their code by name.
_FROM_ERRORS: dict[str, int | None] = {"Fault": 0, "fault": 0}

# The reader of dial strings hands its own on to the files beside it.
_OF_DIAL_STRINGS: dict[str, int | None] = {"tell": 0, "_tell": 0}

# Their `code` is what a browser brings back from a sign-in (OAuth 2.0).
_OTHER_CODES = frozenset({"finish_sign_in"})


@dataclass(frozen=True, slots=True)
class Code:
    """`giver` is the class or function that the code was given to; `module` as in an import."""

    text: str
    module: str
    giver: str


def codes_of_program() -> list[Code]:
    found = [
        code
        for file in sorted(PACKAGE.rglob("*.py"))
        if file.relative_to(PACKAGE).parts[0] not in LEFT_OUT
        for code in codes_of(file)
    ]
    assert found
    return found


def codes_of(file: Path) -> Iterator[Code]:
    name = ".".join(("webdial", *file.relative_to(PACKAGE).with_suffix("").parts))
    tree = ast.parse(file.read_text(encoding="utf-8"), filename=str(file))
    positions = _FROM_ERRORS | _positions(tree)
    if file.parent.name == "dialstring":
        positions |= _OF_DIAL_STRINGS
    for scope in [tree, *_functions(tree)]:
        for node in _nodes_of(scope):
            match node:
                case ast.ClassDef():
                    yield from (Code(text, name, node.name) for text in _class_code(node))
                case ast.Call() if (argument := _argument(node, positions)) is not None:
                    giver = ast.unparse(node.func).rpartition(".")[2]
                    yield from (Code(text, name, giver) for text in _texts(argument, scope, file))


def _functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def _nodes_of(scope: ast.AST) -> Iterator[ast.AST]:
    """Everything inside `scope` but what stands inside a function in it."""
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _nodes_of(child)


def _positions(tree: ast.AST) -> dict[str, int | None]:
    """Functions of a module that take a `code`, and at which position a caller gives it."""
    found: dict[str, int | None] = {}
    for function in _functions(tree):
        names = [argument.arg for argument in function.args.args if argument.arg != "self"]
        if "code" in names:
            found[function.name] = names.index("code")
        elif any(argument.arg == "code" for argument in function.args.kwonlyargs):
            found[function.name] = None
    return found


def _class_code(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(text)))
                | ast.AnnAssign(target=ast.Name(id="code"), value=ast.Constant(value=str(text)))
            ):
                yield text


def _argument(call: ast.Call, positions: dict[str, int | None]) -> ast.expr | None:
    called = ast.unparse(call.func).rpartition(".")[2]
    for keyword in call.keywords:
        if keyword.arg == "code" and called not in _OTHER_CODES:
            return keyword.value
    position = positions.get(called)
    if position is None or len(call.args) <= position:
        return None
    return call.args[position]


def _texts(argument: ast.expr, scope: ast.AST, file: Path) -> Iterator[str]:
    match argument:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Attribute(attr="code" | "error_code"):
            pass  # handed on from an error or fault that got it elsewhere
        case ast.Name(id=name) if _takes(scope, name):
            pass  # handed on; the call of this function tells
        case ast.Name(id=name):
            yield from _assigned(scope, name, file)
        case _:
            raise AssertionError(f"{file}, line {argument.lineno}: which code is this?")


def _takes(scope: ast.AST, name: str) -> bool:
    if not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    return name in {argument.arg for argument in [*scope.args.args, *scope.args.kwonlyargs]}


def _assigned(scope: ast.AST, name: str, file: Path) -> Iterator[str]:
    """The texts in whatever `name` is set to within `scope`."""
    texts = [
        constant.value
        for node in _nodes_of(scope)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
        for constant in ast.walk(node.value)
        if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
    ]
    assert texts, f"{file}: which code is {name}?"
    yield from texts
