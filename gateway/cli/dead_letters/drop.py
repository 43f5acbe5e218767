"""`gateway dead-letters drop`: deletes dead letters."""

from collections.abc import Sequence
from pathlib import Path

import click

from gateway.cli.common import read_centre
from gateway.cli.dead_letters.common import ALL, NUMBERS, chosen, opened
from gateway.cli.options import SITE


@click.command()
@SITE
@NUMBERS
@ALL
def command(site: Path, numbers: Sequence[int], *, every: bool) -> None:
    r"""Delete dead letters of SITE's centre. Their readings are lost.

    \b
    gateway dead-letters drop centre.yaml 17 18
    gateway dead-letters drop centre.yaml --all
    """
    centre = read_centre(site).settings
    with opened(centre) as letters:
        gone = letters.drop([one.id for one in chosen(letters, numbers, every=every)])
    click.echo(f"{gone} dead letters deleted")
