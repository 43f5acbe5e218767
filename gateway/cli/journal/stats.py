"""`gateway journal stats`: the contents of a journal in figures."""

from pathlib import Path

import click
import msgspec

from gateway.cli.common import columns, when
from gateway.cli.journal.common import inspectable, journal_of
from gateway.cli.options import JSON, SITE
from gateway.journal import inspect


@click.command()
@SITE
@JSON
def command(site: Path, *, as_json: bool) -> None:
    r"""Count the batches and readings in the journal of SITE (a site file, or the journal itself): waiting, stored, rejected, lost.

    \b
    gateway journal stats site.yaml
    gateway journal stats /var/lib/street-gateway/journal.sqlite --json
    """
    with inspectable():
        found = inspect.stats(journal_of(site))
        if as_json:
            click.echo(msgspec.json.encode(found))
            return
        rows = [("", "batches", "readings", "KiB", "from", "to")]
        for name in ("waiting", "stored", "rejected"):
            kind: inspect.BatchTotals = getattr(found, name)
            size = f"{kind.bytes / 1024:.0f}"
            rows.append((name, str(kind.batches), str(kind.readings), size, when(kind.oldest_ms), when(kind.newest_ms)))
        for line in columns(rows, right=(1, 2, 3)):
            click.echo(line)
        each = f", {found.bytes_a_reading} bytes a reading" if found.bytes_a_reading is not None else ""
        click.echo(f"{found.file}: {found.file_bytes / 1024:.0f} KiB, {found.wal_bytes / 1024:.0f} KiB in its WAL{each}")
        click.secho(f"{found.gaps} gaps, {found.lost_readings} readings lost", fg="red" if found.lost_readings else None)
