"""`webdial audit`: whether the call log and the history of changes stand as they were written."""

import click

from webdial.cli.database import open_database
from webdial.cli.errors import tells_errors


@click.group()
def audit() -> None:
    """Prove that the call log and the history of changes were not tampered with."""


@audit.command("verify")
@click.option("--head", default="", help="A head that was anchored: is it still in the record?")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each finding.")
@tells_errors
def verify(*, head: str, as_json: bool) -> None:
    """Look at every call, change and note; tell each that is not as it was written.

    Exits with status 1 when there is any. Calls can go on meanwhile.
    """
    open_database()
    import orjson  # noqa: PLC0415

    from webdial.site.audit.verifying import Finding, Summary  # noqa: PLC0415
    from webdial.site.audit.verifying import verify as findings  # noqa: PLC0415

    def told(finding: Finding) -> str:
        return orjson.dumps(finding).decode() if as_json else finding.sentence

    summary = Summary()
    count = 0
    for finding in findings(summary, head=head):
        count += 1
        click.echo(told(finding))
    if as_json:
        click.echo(orjson.dumps(summary).decode())
    else:
        click.echo(
            f"{summary.calls} calls ({summary.erased_calls} erased) and {summary.changes} changes "
            f"looked at, in {summary.records} records and {summary.links} links of "
            f"{summary.chains} chains; {summary.removed_calls} calls were removed by age."
        )
        if summary.older_calls or summary.older_changes:
            click.echo(
                f"Nothing vouches for {summary.older_calls} calls and {summary.older_changes} "
                "changes from before the record began."
            )
        click.echo(f"{count} findings." if count else "All stands as it was written.")
    if count:
        raise click.exceptions.Exit(1)


@audit.command("head")
@tells_errors
def head() -> None:
    """Print the head of the record, to be kept where nobody can change it."""
    open_database()
    from webdial.site.audit.verifying.walk import present_head  # noqa: PLC0415

    click.echo(present_head())
