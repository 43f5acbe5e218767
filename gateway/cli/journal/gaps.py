"""`gateway journal gaps`: what is lost, and why."""

from pathlib import Path

import click
import msgspec

from gateway.cli.common import columns, when
from gateway.cli.journal.common import journal_of, readable
from gateway.cli.options import JSON, SITE, since
from gateway.journal import inspect


@click.command()
@SITE
@since(default=0)
@JSON
def command(site: Path, since_ms: int, *, as_json: bool) -> None:
    r"""List the losses that the journal of SITE has written down: how many readings, from when to when, and why.

    \b
    gateway journal gaps site.yaml
    gateway journal gaps site.yaml --since 7d --json
    """
    with readable():
        found = inspect.gaps(journal_of(site), since_ms)
    if as_json:
        click.echo(msgspec.json.encode([gap._asdict() | {"epoch": gap.epoch.hex() if gap.epoch else None} for gap in found]))
        return
    if not found:
        click.echo("nothing is lost")
        return
    rows = [("noted", "readings", "from", "to", "batches", "why")]
    for gap in found:
        batches = f"{gap.epoch.hex()}/{gap.from_seq}-{gap.to_seq}" if gap.epoch is not None else "-"
        rows.append((when(gap.at_ms), str(gap.readings), when(gap.from_ms), when(gap.to_ms), batches, gap.reason))
    for line in columns(rows, right=(1,)):
        click.echo(line)
