"""`gateway journal replay`: what the centre lost is sent again."""

from pathlib import Path

import click

from gateway.cli.journal.common import journal_of, readable
from gateway.cli.options import SITE, PastTime, since
from gateway.journal.file import replay_file


@click.command()
@SITE
@since()
@click.option("--until", "until_ms", type=PastTime(), help="Up to when; up to now where it is left out.")
def command(site: Path, since_ms: int, until_ms: int | None) -> None:
    r"""Let the batches of a time that the centre has confirmed be sent again, as far back as the journal keeps them (a day).

    For a store that was restored from a backup. What it still has is written over with the same values. A running gateway begins within
    five seconds; what is new goes first.

    \b
    gateway journal replay site.yaml --since 6h
    gateway journal replay site.yaml --since 2026-11-26T00:00 --until 2026-11-26T06:00
    """
    with readable():
        count = replay_file(journal_of(site), since_ms, until_ms)
    click.echo(f"{count} batches are sent again")
