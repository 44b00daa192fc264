"""`python -m bench`: measure stand-in, relay and Webdial side by side, and Webdial as it grows.

Ends with 0 whether or not a target is met, since figures are for people to judge, and with 1 when
the run cannot be trusted.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import BenchError, disk, webdial
from bench.comparison import compare
from bench.report import page, section_table, table
from bench.rounds import FULL, QUICK
from bench.sections import SECTIONS, Measured, left_out, measure_section
from bench.servers import Cores, choose_cores, pinned


def main(arguments: list[str] | None = None) -> int:
    """Run as the command line says; the tables go to standard output, progress to the other."""
    options = _options().parse_args(arguments)
    parent = options.data or disk.data_folder()
    try:
        with tempfile.TemporaryDirectory(dir=parent, prefix="webdial-bench-") as folder:
            if options.only:
                _measure_only(options.only, Path(folder))
            else:
                _measure_all(Path(folder), is_quick=options.quick, page_file=options.write)
    except (BenchError, OSError) as failed:
        _tell(f"no figures: {failed}")
        return 1
    return 0


def _measure_all(folder: Path, *, is_quick: bool, page_file: Path | None) -> None:
    cores, program = choose_cores(), webdial.find_program()
    pace = QUICK if is_quick else FULL
    with pinned(cores.harness):
        comparison = compare(folder, program, pace=pace, cores=cores, tell=_tell)
    print(table(comparison), flush=True)
    measured = []
    for each in left_out() if is_quick else _whole(folder, program, cores):
        print(f"\n{section_table(each)}", flush=True)
        measured.append(each)
    if page_file:
        page_file.parent.mkdir(parents=True, exist_ok=True)
        page_file.write_text(page(comparison, measured), encoding="utf-8")


def _whole(folder: Path, program: tuple[str, ...] | None, cores: Cores) -> Iterator[Measured]:
    return (measure_section(each, folder, program, cores, _tell) for each in SECTIONS)


def _measure_only(name: str, folder: Path) -> None:
    (section,) = (each for each in SECTIONS if each.name == name)
    measured = measure_section(section, folder, webdial.find_program(), choose_cores(), _tell)
    print(section_table(measured))


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="bench", description="Webdial beside a bare relay")
    options.add_argument(
        "--quick", action="store_true", help="half a minute instead of six: calls by each way alone"
    )
    names = [section.name for section in SECTIONS]
    options.add_argument("--only", choices=names, help="one part of a whole run by itself")
    options.add_argument("--write", type=Path, metavar="FILE", help="write the page too")
    options.add_argument(
        "--data", type=Path, metavar="FOLDER", help="a folder on the disk to write to"
    )
    return options


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
