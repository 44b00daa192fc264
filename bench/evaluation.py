"""The sample function by itself: how long one evaluation takes, with no call around it.

A program for the data folder that `bench.webdial.set_up` filled, so that what it loads weighs on
nothing else:

    WEBDIAL_DATA=... python -m bench.evaluation --authority 127.0.0.1:8099 --evaluations 4000

prints an `Evaluation` as JSON. Every result is looked at: a function that gave something else than
its dial string has no figures.
"""

import argparse
import itertools
import json
import os
import statistics
import sys
from collections.abc import Callable
from dataclasses import asdict
from time import perf_counter

from bench import BenchError, calls
from bench.sample import PHONE_SYSTEM, PHONE_SYSTEM_SETTING, Evaluation, dial_string, source
from bench.webdial import EXTENSION, FUNCTION_STAFF_ID
from webdial.environment import Environment
from webdial.exchange import Caller, Configuration
from webdial.exchange.general_settings import key_of
from webdial.site.databases import chosen_database
from webdial.site.function_runner import DatabaseFunction
from webdial.site.function_tables import SCHEMA
from webdial.watcom import Context, MemoryTables, compile_function

_WARM_UP = 200
"""Evaluations before those that are timed: compiling, connecting, the database's own caches."""

_CALLER = Caller(1, "function", FUNCTION_STAFF_ID, "Bench", EXTENSION, 1, "London")

Evaluate = Callable[[str], str | None]
"""A number to the dial string for it."""


def measure(authority: str, evaluations: int) -> Evaluation:
    """Over the tables of the installation that the environment names, then over rows in memory.

    Raises BenchError when the function gives anything but a call to the stand-in at `authority`.
    """
    configuration = Configuration(
        revision=1,
        callers={1: _CALLER},
        token_users={},
        branches={1: "London"},
        values={(key_of(PHONE_SYSTEM_SETTING), 1): PHONE_SYSTEM},
        branch_ids={"lon": 1},
        function_source=source(authority),
    )
    return Evaluation(
        database_s=_over_database(configuration, authority, evaluations),
        memory_s=_median_s(_in_memory(configuration), authority, evaluations),
    )


def _over_database(configuration: Configuration, authority: str, evaluations: int) -> float:
    function = DatabaseFunction(chosen_database(Environment.of(os.environ)))

    def evaluate(number: str) -> str | None:
        return function.call(configuration.function_source, number, _CALLER, configuration).value

    try:
        return _median_s(evaluate, authority, evaluations)
    finally:
        function.close()


def _in_memory(configuration: Configuration) -> Evaluate:
    """The same function over rows in memory: what is left is the language alone."""
    compiled = compile_function(configuration.function_source, schema=SCHEMA)
    row = {"StaffID": _CALLER.staff_id, "AgencyID": "LON", "Extension": _CALLER.extension}
    context = Context(
        tables=MemoryTables({"Staff": [row]}),
        user_staff_id=_CALLER.staff_id,
        settings=configuration.value_for_agency,
    )
    return lambda number: compiled.call(number, context=context).value


def _median_s(evaluate: Evaluate, authority: str, evaluations: int) -> float:
    numbers = (f"0207{group:03d}{rest:04d}" for group, rest in calls.numbers())
    for number in itertools.islice(numbers, _WARM_UP):
        evaluate(number)
    timed = itertools.islice(numbers, evaluations)
    return statistics.median(_one_s(evaluate, authority, number) for number in timed)


def _one_s(evaluate: Evaluate, authority: str, number: str) -> float:
    began_at = perf_counter()
    string = evaluate(number)
    took_s = perf_counter() - began_at
    if string != dial_string(authority, EXTENSION, number):
        raise BenchError(f"the sample function gave {string!r} for {number}")
    return took_s


def main() -> None:
    """Print the medians."""
    options = argparse.ArgumentParser(prog="python -m bench.evaluation", description=__doc__)
    options.add_argument("--authority", required=True, help="where the stand-in listens")
    options.add_argument("--evaluations", type=int, required=True)
    chosen = options.parse_args()
    try:
        evaluation = measure(chosen.authority, chosen.evaluations)
    except BenchError as failed:
        sys.exit(str(failed))
    print(json.dumps(asdict(evaluation)))


if __name__ == "__main__":
    main()
