"""`gateway alarms shelve`: alarms that nobody need see for a time."""

from collections.abc import Sequence
from pathlib import Path

import click

from gateway.cli.alarms.common import ASSETS, BY, COMMENT, KIND, OPERATOR, chosen, do, opened
from gateway.cli.options import SITE, Seconds
from gateway.host import clock


@click.command()
@SITE
@ASSETS
@KIND
@OPERATOR
@click.option("--for", "for_s", type=Seconds(), required=True, help="For how long: 30min, 4h, 2d. It ends by itself.")
@BY
@COMMENT
def command(site: Path, assets: Sequence[str], kind: str | None, operator: str | None, for_s: float, by: str, comment: str) -> None:
    r"""Shelve the alarms of assets for a time, for example during announced works: they are not in the list, and nobody is notified.

    \b
    gateway alarms shelve centre.yaml qe-0042 --for 4h --by "control room"
    """
    with opened(site) as file:
        do(file, chosen(file, assets, kind, operator), "shelve", by, comment, clock.now_ms() + round(1000 * for_s))
