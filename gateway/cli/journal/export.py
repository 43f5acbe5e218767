"""`gateway journal export`: the readings in a journal, without a store."""

from pathlib import Path

import click
import msgspec

from gateway.cli.journal.common import inspectable, journal_of
from gateway.cli.options import SITE, since
from gateway.journal import inspect


@click.command()
@SITE
@since(default=0)
def command(site: Path, since_ms: int) -> None:
    r"""Print the readings in the journal of SITE, one JSON object a line: those that wait, and stored ones that are still kept.

    \b
    gateway journal export site.yaml --since 1h > readings.jsonl
    """
    with inspectable():
        for reading in inspect.readings(journal_of(site), since_ms):
            click.echo(msgspec.json.encode(reading))
