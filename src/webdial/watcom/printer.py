"""The tree back as source.

Every name is quoted, as the server itself writes stored source back, and every operand that is no
single thing stands in brackets, so parsing the text gives the same tree again.
"""

from webdial.watcom import nodes
from webdial.watcom.nodes import Expression, Node

_INDENT = "  "

_SELF_CONTAINED = (
    nodes.Null,
    nodes.Text,
    nodes.Number,
    nodes.Special,
    nodes.Name,
    nodes.Call,
    nodes.Aggregate,
    nodes.Cast,
    nodes.Extract,
    nodes.IfExpression,
    nodes.CaseExpression,
    nodes.Subquery,
    nodes.Exists,
)
"""Expressions that need no brackets wherever they stand."""


def to_source(node: Node) -> str:
    """A function, statement, query, expression or type as text that parses to the same node."""
    if isinstance(node, nodes.Function):
        return _function(node)
    if isinstance(node, nodes.Statement):
        return "\n".join(_statement(node))
    if isinstance(node, (nodes.Select, nodes.Union)):
        return _query(node)
    if isinstance(node, nodes.TypeName):
        return _type(node)
    assert isinstance(node, Expression), type(node)
    return _expression(node)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(map(quoted, names))


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n")
    return f"'{escaped}'"


def _type(node: nodes.TypeName) -> str:
    if node.size is None:
        return node.name
    size = str(node.size) if node.scale is None else f"{node.size}, {node.scale}"
    return f"{node.name}({size})"


# Expressions


def _expressions(expressions: tuple[Expression, ...]) -> str:
    return ", ".join(map(_expression, expressions))


def _operand(node: Expression) -> str:
    """An expression as a part of another."""
    text = _expression(node)
    return text if isinstance(node, _SELF_CONTAINED) else f"({text})"


def _row_number(node: Expression) -> str:
    """After TOP and START AT. A name stands in brackets: an item in brackets behind it would make it a call."""
    text = _expression(node)
    return text if isinstance(node, nodes.Number) else f"({text})"


def _not(negated: bool) -> str:
    return "NOT " if negated else ""


def _expression(node: Expression) -> str:  # noqa: C901, PLR0912  # one case a node
    match node:
        case nodes.Null():
            return "NULL"
        case nodes.Text(value):
            return _text(value)
        case nodes.Number(text):
            return text
        case nodes.Special(name):
            return name
        case nodes.Name(parts):
            return ".".join(map(quoted, parts))
        case nodes.Call(name, arguments, owner, star):
            inside = "*" if star else _expressions(arguments)
            return f"{quoted(owner) + '.' if owner else ''}{quoted(name)}({inside})"
        case nodes.Negate(operand):
            return f"-{_operand(operand)}"
        case nodes.Chain(first, steps):
            rest = "".join(f" {operator} {_operand(operand)}" for operator, operand in steps)
            return _operand(first) + rest
        case nodes.Subquery(query):
            return f"({_query(query)})"
        case nodes.Cast():
            return _cast(node)
        case nodes.Extract(part, value):
            return f"EXTRACT({quoted(part)} FROM {_expression(value)})"
        case nodes.Aggregate():
            return _aggregate(node)
        case nodes.IfExpression(condition, then, otherwise):
            end = f" ELSE {_expression(otherwise)}" if otherwise is not None else ""
            return f"IF {_expression(condition)} THEN {_expression(then)}{end} ENDIF"
        case nodes.CaseExpression():
            return _case(node)
    return _condition(node)


def _cast(node: nodes.Cast) -> str:
    if not node.convert:
        return f"CAST({_expression(node.value)} AS {_type(node.type)})"
    style = f", {_expression(node.style)}" if node.style is not None else ""
    return f"CONVERT({_type(node.type)}, {_expression(node.value)}{style})"


def _aggregate(node: nodes.Aggregate) -> str:
    if node.argument is None:
        return f"{node.name}(*)"
    distinct = "DISTINCT " if node.distinct else ""
    separator = f", {_expression(node.separator)}" if node.separator is not None else ""
    order = _order_by(node.order_by)
    return f"{node.name}({distinct}{_expression(node.argument)}{separator}{order})"


def _case(node: nodes.CaseExpression) -> str:
    subject = f" {_expression(node.subject)}" if node.subject is not None else ""
    whens = "".join(f" WHEN {_expression(w)} THEN {_expression(r)}" for w, r in node.whens)
    end = f" ELSE {_expression(node.otherwise)}" if node.otherwise is not None else ""
    return f"CASE{subject}{whens}{end} END"


def _condition(node: Expression) -> str:  # noqa: C901  # one case a node
    match node:
        case nodes.Comparison(operator, left, right):
            return f"{_operand(left)} {operator} {_operand(right)}"
        case nodes.Quantified(operator, value, query, every):
            return f"{_operand(value)} {operator} {'ALL' if every else 'ANY'} ({_query(query)})"
        case nodes.IsNull(value, negated):
            return f"{_operand(value)} IS {_not(negated)}NULL"
        case nodes.IsTruth(condition, truth, negated):
            word = {True: "TRUE", False: "FALSE", None: "UNKNOWN"}[truth]
            return f"{_operand(condition)} IS {_not(negated)}{word}"
        case nodes.IsDistinct(left, right, negated):
            return f"{_operand(left)} IS {_not(negated)}DISTINCT FROM {_operand(right)}"
        case nodes.Between(value, low, high, negated):
            bounds = f"{_operand(low)} AND {_operand(high)}"
            return f"{_operand(value)} {_not(negated)}BETWEEN {bounds}"
        case nodes.InList(value, items, negated):
            return f"{_operand(value)} {_not(negated)}IN ({_expressions(items)})"
        case nodes.InQuery(value, query, negated):
            return f"{_operand(value)} {_not(negated)}IN ({_query(query)})"
        case nodes.Exists(query):
            return f"EXISTS ({_query(query)})"
        case nodes.Match(how, value, pattern, escape, negated):
            end = f" ESCAPE {_operand(escape)}" if escape is not None else ""
            return f"{_operand(value)} {_not(negated)}{how} {_operand(pattern)}{end}"
        case nodes.Not(condition):
            return f"NOT {_operand(condition)}"
        case nodes.Logical(operator, parts):
            return f" {operator} ".join(map(_operand, parts))
    raise TypeError(f"no expression: {type(node).__name__}")


# Queries


def _query(node: nodes.Query) -> str:
    if isinstance(node, nodes.Select):
        return _select(node, ())
    rest = "".join(
        f" UNION {'ALL ' if every else ''}{_select(select, ())}" for every, select in node.rest
    )
    return _select(node.first, ()) + rest + _order_by(node.order_by)


def _select(node: nodes.Select, into: tuple[str, ...]) -> str:
    head = "SELECT DISTINCT" if node.distinct else "SELECT"
    if node.top is not None:
        head += f" TOP {_row_number(node.top.count)}"
        if node.top.start_at is not None:
            head += f" START AT {_row_number(node.top.start_at)}"
    text = f"{head} {', '.join(map(_item, node.items))}"
    if into:
        text += f" INTO {_names(into)}"
    if node.sources:
        text += f" FROM {', '.join(map(_source, node.sources))}"
    if node.where is not None:
        text += f" WHERE {_expression(node.where)}"
    if node.group_by:
        text += f" GROUP BY {_expressions(node.group_by)}"
    if node.having is not None:
        text += f" HAVING {_expression(node.having)}"
    return text + _order_by(node.order_by)


def _item(node: nodes.Item | nodes.Star) -> str:
    if isinstance(node, nodes.Star):
        return f"{quoted(node.table)}.*" if node.table is not None else "*"
    alias = f" AS {quoted(node.alias)}" if node.alias is not None else ""
    return _expression(node.value) + alias


def _source(node: nodes.Source) -> str:
    if isinstance(node, nodes.TableSource):
        alias = f" AS {quoted(node.alias)}" if node.alias is not None else ""
        return ".".join(map(quoted, node.parts)) + alias
    right = _source(node.right)
    if isinstance(node.right, nodes.Join):
        right = f"({right})"
    on = f" ON {_expression(node.condition)}" if node.condition is not None else ""
    return f"{_source(node.left)} {node.kind} JOIN {right}{on}"


def _order_by(keys: tuple[nodes.OrderKey, ...]) -> str:
    if not keys:
        return ""
    texts = (f"{_expression(key.value)}{' DESC' if key.descending else ''}" for key in keys)
    return f" ORDER BY {', '.join(texts)}"


# Statements, each as lines


def _indented(lines: list[str]) -> list[str]:
    return [_INDENT + line for line in lines]


def _body(statements: tuple[nodes.Statement, ...]) -> list[str]:
    lines: list[str] = []
    for statement in statements:
        *before, last = _statement(statement)
        lines += _indented([*before, last + ";"])
    return lines


def _label(label: str | None) -> str:
    return f"{quoted(label)}: " if label is not None else ""


def _statement(node: nodes.Statement) -> list[str]:
    match node:
        case nodes.Block():
            return _block(node)
        case nodes.Try():
            return _try(node)
        case nodes.If(branches, otherwise):
            return _if(branches, otherwise)
        case nodes.Case(subject, whens, otherwise):
            return _case_statement(subject, whens, otherwise)
        case nodes.Loop(condition, body, label):
            head = f"WHILE {_expression(condition)} LOOP" if condition is not None else "LOOP"
            return [_label(label) + head, *_body(body), "END LOOP"]
        case nodes.For(name, cursor, query, body, label):
            head = f"FOR {quoted(name)} AS {quoted(cursor)} CURSOR FOR {_query(query)} DO"
            return [_label(label) + head, *_body(body), "END FOR"]
    return [_simple(node)]


def _simple(node: nodes.Statement) -> str:  # noqa: C901  # one case a node
    match node:
        case nodes.Set(name, value):
            return f"SET {quoted(name)} = {_expression(value)}"
        case nodes.CallStatement(call, name):
            return f"{quoted(name) + ' = ' if name is not None else ''}CALL {_expression(call)}"
        case nodes.SelectInto(query, names):
            return _select(query, names)
        case nodes.Leave(label):
            return f"LEAVE {quoted(label)}"
        case nodes.Continue(label):
            return f"CONTINUE {quoted(label)}" if label is not None else "CONTINUE"
        case nodes.Open(cursor):
            return f"OPEN {quoted(cursor)}"
        case nodes.Fetch(cursor, names):
            return f"FETCH NEXT {quoted(cursor)}{' INTO ' + _names(names) if names else ''}"
        case nodes.Close(cursor):
            return f"CLOSE {quoted(cursor)}"
        case nodes.Return(value):
            return f"RETURN {_expression(value)}" if value is not None else "RETURN"
        case nodes.Signal(name):
            return f"SIGNAL {quoted(name)}"
        case nodes.Resignal(name):
            return f"RESIGNAL {quoted(name)}" if name is not None else "RESIGNAL"
        case nodes.Message(message, printed):
            return f"{'PRINT' if printed else 'MESSAGE'} {_expressions(message)}"
    raise TypeError(f"no statement: {type(node).__name__}")


def _try(node: nodes.Try) -> list[str]:
    return [
        _label(node.label) + "BEGIN TRY",
        *_indented([_declaration(declaration) + ";" for declaration in node.declarations]),
        *_body(node.body),
        "END TRY",
        "BEGIN CATCH",
        *_body(node.catch),
        "END CATCH",
    ]


def _block(node: nodes.Block) -> list[str]:
    lines = [_label(node.label) + "BEGIN"]
    lines += _indented([_declaration(declaration) + ";" for declaration in node.declarations])
    lines += _body(node.body)
    if node.handlers:
        lines.append("EXCEPTION")
    for handler in node.handlers:
        names = _names(handler.names) if handler.names else "OTHERS"
        lines += _indented([f"WHEN {names} THEN", *_body(handler.body)])
    return [*lines, "END"]


def _declaration(node: nodes.Declaration) -> str:
    match node:
        case nodes.DeclareVariables(names, kind, initial):
            end = f" DEFAULT {_expression(initial)}" if initial is not None else ""
            return f"DECLARE {_names(names)} {_type(kind)}{end}"
        case nodes.DeclareException(name, state):
            return f"DECLARE {quoted(name)} EXCEPTION FOR SQLSTATE {_text(state)}"
        case nodes.DeclareCursor(name, query):
            return f"DECLARE {quoted(name)} CURSOR FOR {_query(query)}"


Branches = tuple[tuple[Expression, tuple[nodes.Statement, ...]], ...]


def _if(branches: Branches, otherwise: tuple[nodes.Statement, ...] | None) -> list[str]:
    lines: list[str] = []
    for condition, body in branches:
        word = "ELSEIF" if lines else "IF"
        lines += [f"{word} {_expression(condition)} THEN", *_body(body)]
    if otherwise is not None:
        lines += ["ELSE", *_body(otherwise)]
    return [*lines, "END IF"]


def _case_statement(
    subject: Expression | None, whens: Branches, otherwise: tuple[nodes.Statement, ...] | None
) -> list[str]:
    lines = [f"CASE {_expression(subject)}" if subject is not None else "CASE"]
    for when, body in whens:
        lines += [f"WHEN {_expression(when)} THEN", *_body(body)]
    if otherwise is not None:
        lines += ["ELSE", *_body(otherwise)]
    return [*lines, "END CASE"]


def _function(node: nodes.Function) -> str:
    owner = f"{quoted(node.owner)}." if node.owner else ""
    parameters = ", ".join(map(_parameter, node.parameters))
    lines = [f"ALTER FUNCTION {owner}{quoted(node.name)}({parameters})"]
    lines.append(f"RETURNS {_type(node.returns)}")
    if node.resumes:
        lines.append("ON EXCEPTION RESUME")
    return "\n".join([*lines, *_block(node.body)])


def _parameter(node: nodes.Parameter) -> str:
    default = f" DEFAULT {_expression(node.default)}" if node.default is not None else ""
    return f"IN {quoted(node.name)} {_type(node.type)}{default}"
