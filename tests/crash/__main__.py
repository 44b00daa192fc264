"""`python3 dev.py crash`: hundreds of kills, on each database, and a table of what they came to.

Ctrl+C ends it early; what was killed until then is in the table.
"""

import argparse
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

from bench.disk import data_folder

from tests.crash.campaign import Blow, Campaign, prepared
from tests.crash.reckoning import Figures
from tests.crash.report import page, table
from tests.real.addresses import claim_slot
from tests.real.postgres import PostgresCluster

_FEWER: Final = {Blow.SERVER: 1, Blow.WORKER: 20, Blow.SESSION: 10, Blow.POSTGRESQL: 10}
"""A blow is dealt once for so many kills of the server. A worker that dies young is followed ever later."""

_PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "crash-test.md"


def main() -> int:
    options = _options().parse_args()
    done: list[Figures] = []
    for campaign in _campaigns(options):
        signal.signal(signal.SIGINT, partial(_end, campaign))
        done.append(campaign.run())
        for fault in done[-1].faults:
            print(f"  {fault}")
        if done[-1].faults:
            print(f"The seed was {options.seed}.")
        if campaign.is_enough:
            break
    print(table(done))
    is_whole = not any(figures.faults for figures in done)
    if options.write and is_whole:
        _PAGE.write_text(page(done, seed=options.seed), encoding="utf-8")
    return 0 if is_whole else 1


def _end(campaign: Campaign, *_: object) -> None:
    """Ctrl+C ends the test early: what was killed until then counts."""
    campaign.is_enough = True


def _campaigns(options: argparse.Namespace) -> Iterator[Campaign]:
    """Each on a database of its own."""
    with ExitStack() as stack:
        made = stack.enter_context(tempfile.TemporaryDirectory(dir=data_folder()))
        if options.database != "postgresql":
            installation = prepared(Path(made) / "sqlite", "")
            yield Campaign(installation, Blow.SERVER, options.kills, options.seed)
        if options.database == "sqlite":
            return
        slot = stack.enter_context(claim_slot())
        cluster = stack.enter_context(PostgresCluster(slot.host(1), is_safe=True))
        cluster.wait_ready()
        for blow in [Blow[options.blow.upper()]] if options.blow else Blow:
            with cluster.fresh_database() as url:
                installation = prepared(Path(made) / blow.name, url)
                kills = max(1, options.kills // _FEWER[blow])
                yield Campaign(installation, blow, kills, options.seed, cluster)


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="dev.py crash", description=__doc__)
    options.add_argument("--kills", type=int, default=200, help="of the server, on each database")
    options.add_argument(
        "--seed", type=int, default=1, help="of the moments; the same for the same"
    )
    options.add_argument("--database", choices=["sqlite", "postgresql"], help="one of them alone")
    blows = [blow.name.lower() for blow in Blow]
    options.add_argument("--blow", choices=blows, help="on PostgreSQL, what alone is killed")
    options.add_argument("--write", action="store_true", help="write the page of the manual too")
    return options


if __name__ == "__main__":
    sys.exit(main())
