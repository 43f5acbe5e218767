"""`gateway alarms ack`: somebody knows of alarms, and acts."""

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
    r"""Acknowledge the alarms of assets, gateways or workers: from then on others see who acts, and nobody else is notified.

    An alarm whose condition is over goes away.

    \b
    gateway alarms ack centre.yaml qe-0042 --by "control room"
    gateway alarms ack centre.yaml qe-0042 qe-0043 --kind phase_loss --by citelum --comment "team on the way"
    """
    with opened(site) as file:
        do(file, chosen(file, assets, kind, operator), "ack", by, comment)
