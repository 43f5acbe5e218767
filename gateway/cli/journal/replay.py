"""`gateway journal replay`: send batches again that the centre lost."""

from pathlib import Path

import click
import msgspec

from gateway.cli.journal.common import journal_of, readable
from gateway.cli.options import JSON, SITE, PastTime, since
from gateway.journal.file import replay_file


@click.command()
@SITE
@since()
@click.option("--until", "until_ms", type=PastTime(), help="End of the period; by default, now.")
@JSON
def command(site: Path, since_ms: int, until_ms: int | None, *, as_json: bool) -> None:
    r"""Send the confirmed batches of a period again, as far back as the journal keeps them (a day).

    For a store that was restored from a backup. Readings that it still has are overwritten with the same values. A running gateway starts
    within five seconds; new batches go first.

    \b
    gateway journal replay site.yaml --since 6h
    gateway journal replay site.yaml --since 2026-11-26T00:00 --until 2026-11-26T06:00
    """
    with readable():
        count = replay_file(journal_of(site), since_ms, until_ms)
    click.echo(msgspec.json.encode({"batches": count}) if as_json else f"{count} batches will be sent again")
