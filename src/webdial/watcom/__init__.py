"""Database functions: the Watcom SQL of SQL Anywhere, as far as a function that makes a dial string
needs it.

A function is compiled once and called often:

    compiled = compile_function(source, schema=schema)          # FunctionError tells every fault
    result = compiled.call("01912345678", context=Context(tables=tables, user_staff_id="JW"))
    result.value                                                # the dial string, or None

Pure: no input or output and no framework. Rows come from whoever implements `Tables`, settings and the
time from the `Context`. Nothing a function says can write, reach the network, or run for longer than
its `Limits`.

Left to others: what a dial string means (`webdial.dialstring`), where the tables are kept, what is
done with the result.
"""

from webdial.watcom.errors import FunctionError, Kind, LimitReachedError
from webdial.watcom.frames import Context
from webdial.watcom.function import (
    DELIVERED_FUNCTION,
    CallResult,
    CompiledFunction,
    compile_function,
)
from webdial.watcom.limits import Limits
from webdial.watcom.tables import MemoryTables, Schema, Table, Tables
from webdial.watcom.values import Value, fold

__all__ = [
    "DELIVERED_FUNCTION",
    "CallResult",
    "CompiledFunction",
    "Context",
    "FunctionError",
    "Kind",
    "LimitReachedError",
    "Limits",
    "MemoryTables",
    "Schema",
    "Table",
    "Tables",
    "Value",
    "compile_function",
    "fold",
]
