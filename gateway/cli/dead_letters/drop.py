"""`gateway dead-letters drop`: deletes dead letters."""

from collections.abc import Sequence
from pathlib import Path

import click

from gateway.cli.common import SITE
from gateway.cli.dead_letters.common import ALL, NUMBERS, centre_of, chosen, opened


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
    _, centre = centre_of(site)
    with opened(centre) as letters:
        gone = letters.drop([one.id for one in chosen(letters, numbers, every=every)])
    click.echo(f"{gone} dead letters deleted")
