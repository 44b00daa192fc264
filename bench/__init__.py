"""The measuring bench behind `python3 dev.py bench`: Webdial side by side with a bare relay.

A relay that takes a number, sends one request and answers is what no correct system can beat in
this language, so every figure of Webdial stands next to the relay's, taken in the same run on the
same machine in alternating rounds. The figures are for people to read: no test fails on one.

The parts, each usable by itself: `standin` is the phone system that is dialled, `relay` the
reference, `webdial` the system under test (`commands` sets it up), `sample` the database function
that is measured and `evaluation` its time by itself, `servers` starts and reads processes, `load`
calls and times, `rounds` alternates the contenders, `report` writes the table. `sections` are the parts of a
whole run that have tables of their own: `waiting`, what calls cost that wait for a sick phone system; `company`,
what a large company costs, which `filling` makes; `growth`, PostgreSQL, two workers and two nodes.
"""


class BenchError(Exception):
    """The run cannot be trusted or cannot go on: a server failed, a call failed, counts differ."""
