"""Real parts for tests: what rings, clicks and stores where a user has it.

Each module starts, drives and observes one part, everything on loopback: `softphone`, `baresip` and
`linphone` are phones, `sipserver` is the phone system, `sipp` a callee that fails on purpose,
`browser` and `desktop` are the person's machine, `postgres` the database. `fixtures` hands them
to tests, `presence` says which of them this machine lacks. What a test does with them is left to it.

Every wait is for an event, with a time limit; every process is ended by its fixture.
"""
