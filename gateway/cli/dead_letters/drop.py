"""`gateway dead-letters drop`: deletes dead letters."""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from gateway.cli.common import read_centre
from gateway.cli.dead_letters.common import ALL, NUMBERS, chosen, opened
from gateway.cli.options import JSON, SITE


@click.command()
@SITE
@NUMBERS
@ALL
@JSON
def command(site: Path, numbers: Sequence[int], *, every: bool, as_json: bool) -> None:
    r"""Delete dead letters of SITE's centre. Their readings are lost.

    \b
    gateway dead-letters drop centre.yaml 17 18
    gateway dead-letters drop centre.yaml --all
    """
    centre = read_centre(site).settings
    with opened(centre) as letters:
        gone = letters.drop([one.id for one in chosen(letters, numbers, every=every)])
    click.echo(msgspec.json.encode({"deleted": gone}) if as_json else f"{gone} dead letters deleted")
