"""`gateway journal gaps`: lost readings, and why they were lost."""

from pathlib import Path

import click
import msgspec

from gateway.cli.common import columns, when
from gateway.cli.journal.common import inspectable, journal_of
from gateway.cli.options import JSON, SITE, since
from gateway.journal import inspect


@click.command()
@SITE
@since(default=0)
@JSON
def command(site: Path, since_ms: int, *, as_json: bool) -> None:
    r"""List the gaps recorded in the journal of SITE: how many readings were lost, from when to when, and why.

    \b
    gateway journal gaps site.yaml
    gateway journal gaps site.yaml --since 7d --json
    """
    with inspectable():
        found = inspect.gaps(journal_of(site), since_ms)
        if as_json:
            click.echo(msgspec.json.encode([gap._asdict() | {"epoch": gap.epoch.hex() if gap.epoch else None} for gap in found]))
            return
        if not found:
            click.echo("no gaps")
            return
        rows = [("recorded", "readings", "from", "to", "batches", "why")]
        for gap in found:
            batches = f"{gap.epoch.hex()}/{gap.from_seq}-{gap.to_seq}" if gap.epoch is not None else "-"
            rows.append((when(gap.at_ms), str(gap.readings), when(gap.from_ms), when(gap.to_ms), batches, gap.reason))
        for line in columns(rows, right=(1,)):
            click.echo(line)
