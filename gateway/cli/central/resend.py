"""`gateway central resend`: every gateway sends the readings of a time again."""

import sqlite3
from pathlib import Path

import click

from gateway.cli.common import fail, read_centre, when
from gateway.cli.options import SITE, PastTime, since


@click.command()
@SITE
@since()
@click.option("--until", "until_ms", type=PastTime(), help="End of the period; by default, now.")
def command(site: Path, since_ms: int, until_ms: int | None) -> None:
    r"""Have every gateway send the readings of a time again, for example after the store was restored from an older backup.

    The ingest worker that uses the same file of dead letters asks each gateway when it hears it, within 30 days, also after a restart; it
    need not run now. A gateway sends what its journal still has: by default, the last day. Readings that arrive twice overwrite themselves.

    \b
    gateway central resend centre.yaml --since 6h
    gateway central resend centre.yaml --since 2026-11-26T18:00 --until 2026-11-26T21:00
    """
    from gateway.centre.self_audit.owed import OwedReadings
    from gateway.centre.stores.port import Span
    from gateway.host import clock

    span = Span(since_ms, clock.now_ms() if until_ms is None else until_ms)
    if span.from_ms >= span.to_ms:
        fail("the period is empty: --until must be later than --since")
    path = Path(read_centre(site).settings.dead_letters_path())
    if not path.is_file():
        fail(f"there is no {path}: start the centre once, or name its site file")
    try:
        owed = OwedReadings(path)
        try:
            owed.add(span)
        finally:
            owed.close()
    except sqlite3.Error as error:
        fail(f"{path} can't be used: {error}")
    click.echo(f"every gateway will be asked for its readings from {when(span.from_ms)} to {when(span.to_ms)} again")
