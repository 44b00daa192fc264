"""`python -m bench`: measure stand-in, relay and Webdial side by side and print the table.

Ends with 0 whether or not a target is met, since figures are for people to judge, and with 1 when
the run cannot be trusted.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from bench import BenchError, disk, webdial
from bench.comparison import compare
from bench.report import page, table
from bench.rounds import FULL, QUICK
from bench.servers import choose_cores, pinned


def main(arguments: list[str] | None = None) -> int:
    """Run as the command line says; the table goes to standard output, progress to the other."""
    options = _options().parse_args(arguments)
    cores = choose_cores()
    pace = QUICK if options.quick else FULL
    parent = options.data or disk.data_folder()
    try:
        with (
            tempfile.TemporaryDirectory(dir=parent, prefix="webdial-bench-") as folder,
            pinned(cores.harness),
        ):
            comparison = compare(
                Path(folder), webdial.find_program(), pace=pace, cores=cores, tell=_tell
            )
    except (BenchError, OSError) as failed:
        _tell(f"no figures: {failed}")
        return 1
    print(table(comparison))
    if options.write:
        options.write.parent.mkdir(parents=True, exist_ok=True)
        options.write.write_text(page(comparison), encoding="utf-8")
    return 0


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="bench", description="Webdial beside a bare relay")
    options.add_argument(
        "--quick", action="store_true", help="half a minute instead of two minutes"
    )
    options.add_argument("--write", type=Path, metavar="FILE", help="write the page too")
    options.add_argument(
        "--data", type=Path, metavar="FOLDER", help="a folder on the disk to write to"
    )
    return options


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
