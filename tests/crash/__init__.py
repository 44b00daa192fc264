"""The crash test: a loaded server is killed again and again, and every call is accounted for.

`python3 dev.py crash` runs it at length; tests/running/test_nothing_lost.py runs a few kills of it.
"""
