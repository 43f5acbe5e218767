"""`gateway dead-letters show`: one dead letter in full."""

from pathlib import Path

import click

from gateway.centre.dead_letters import Letter
from gateway.cli.common import read_centre, when
from gateway.cli.dead_letters.common import chosen, opened
from gateway.cli.options import SITE
from gateway.model import batch
from gateway.model.batch import BatchError

_SHOWN_BYTES = 256


@click.command()
@SITE
@click.argument("number", type=click.IntRange(1))
def command(site: Path, number: int) -> None:
    r"""Show a dead letter of SITE's centre: its topic, its reason, and the line or message.

    \b
    gateway dead-letters show centre.yaml 17
    """
    centre = read_centre(site).settings
    with opened(centre) as letters:
        (letter,) = chosen(letters, (number,), every=False)
    click.echo(f"{letter.kind} {letter.id}, {when(letter.at_ms)}, on {letter.topic}\n{letter.reason}\n")
    if letter.kind == "line":
        click.echo(letter.body.decode(errors="replace"))
    else:
        _show_message(letter)


def _show_message(letter: Letter) -> None:
    try:
        found = batch.unpack(letter.body)
        click.echo(f"batch {found.seq} of epoch {found.epoch.hex()}, schema {found.schema.hex()}, from {when(found.t0_ms)}")
        for position, row in enumerate(batch.rows_of(found)):
            click.echo(f"{position}: stream {row.stream}, +{row.dt_ms} ms, {row.values}")
    except BatchError:
        more = f" … {len(letter.body)} bytes" if len(letter.body) > _SHOWN_BYTES else ""
        click.echo(letter.body[:_SHOWN_BYTES].hex(" ") + more)
