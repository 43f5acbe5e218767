"""`gateway alarms unshelve`: shelved alarms are shown again."""

from collections.abc import Sequence
from pathlib import Path

import click

from gateway.cli.alarms.common import ASSETS, BY, COMMENT, KIND, OPERATOR, chosen, do, opened
from gateway.cli.options import SITE


@click.command()
@SITE
@ASSETS
@KIND
@OPERATOR
@BY
@COMMENT
def command(site: Path, assets: Sequence[str], kind: str | None, operator: str | None, by: str, comment: str) -> None:
    r"""End the shelving of the alarms of assets.

    \b
    gateway alarms unshelve centre.yaml qe-0042 --by "control room"
    """
    with opened(site) as file:
        do(file, chosen(file, assets, kind, operator), "unshelve", by, comment)
