"""`gateway dead-letters list`: dead letters and their reasons."""

from pathlib import Path

import click
import msgspec

from gateway.cli.common import columns, read_centre, when
from gateway.cli.dead_letters.common import opened
from gateway.cli.options import JSON, SITE


@click.command()
@SITE
@click.option("--last", type=click.IntRange(1), default=50, show_default=True, help="How many of the newest to list.")
@JSON
def command(site: Path, last: int, *, as_json: bool) -> None:
    r"""List the newest dead letters of SITE's centre.

    \b
    gateway dead-letters list centre.yaml
    gateway dead-letters list centre.yaml --last 1000 --json
    """
    centre = read_centre(site).settings
    with opened(centre) as letters:
        count = letters.count()
        shown = letters.letters(newest=last)
        dropped = letters.dropped()
    if as_json:
        listed = [
            {"id": one.id, "at_ms": one.at_ms, "kind": one.kind, "topic": one.topic, "reason": one.reason, "bytes": len(one.body)}
            for one in shown
        ]
        click.echo(msgspec.json.encode({"count": count, "letters": listed, "dropped": dropped}))
        return
    for topic, number in dropped.items():
        click.secho(f"{number} older ones of {topic} were dropped: there were too many", fg="yellow", err=True)
    if not shown:
        click.echo("no dead letters")
        return
    rows = [("number", "when", "kind", "bytes", "topic", "reason")]
    rows += [(str(one.id), when(one.at_ms), one.kind, str(len(one.body)), one.topic, one.reason[:100]) for one in shown]
    for line in columns(rows, right=(0, 3)):
        click.echo(line)
    if count > len(shown):
        click.echo(f"{count - len(shown)} older ones not shown")
