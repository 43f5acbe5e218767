"""`gateway dead-letters show`: one dead letter in full."""

from pathlib import Path

import click
import msgspec

from gateway.centre.dead_letters import Letter
from gateway.cli.common import read_centre, when
from gateway.cli.dead_letters.common import chosen, opened
from gateway.cli.options import JSON, SITE
from gateway.model import batch
from gateway.model.batch import BatchError

_SHOWN_BYTES = 256


@click.command()
@SITE
@click.argument("number", type=click.IntRange(1))
@JSON
def command(site: Path, number: int, *, as_json: bool) -> None:
    r"""Show a dead letter of SITE's centre: its topic, its reason, and the line or message.

    \b
    gateway dead-letters show centre.yaml 17
    """
    centre = read_centre(site).settings
    with opened(centre) as letters:
        (letter,) = chosen(letters, (number,), every=False)
    if as_json:
        found = {"id": letter.id, "at_ms": letter.at_ms, "kind": letter.kind, "topic": letter.topic, "reason": letter.reason}
        click.echo(msgspec.json.encode(found | {"body": letter.body.hex(), "text": "\n".join(_lines(letter))}))
        return
    click.echo(f"{letter.kind} {letter.id}, {when(letter.at_ms)}, on {letter.topic}\n{letter.reason}\n")
    for line in _lines(letter):
        click.echo(line)


def _lines(letter: Letter) -> list[str]:
    """Return the content of a letter: a line, the readings of a message, or the bytes of one that can't be read."""
    if letter.kind == "line":
        return [letter.body.decode(errors="replace")]
    try:
        found = batch.unpack(letter.body)
        head = f"batch {found.seq} of epoch {found.epoch.hex()}, schema {found.schema.hex()}, from {when(found.t0_ms)}"
        rows = batch.rows_of(found)
    except BatchError:
        more = f" … {len(letter.body)} bytes" if len(letter.body) > _SHOWN_BYTES else ""
        return [letter.body[:_SHOWN_BYTES].hex(" ") + more]
    return [head, *(f"{position}: stream {row.stream}, +{row.dt_ms} ms, {row.values}" for position, row in enumerate(rows))]
