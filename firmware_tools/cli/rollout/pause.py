"""`firmware rollout pause`: update no more devices until the roll-out is resumed."""

from pathlib import Path

import click

from firmware_tools.cli.rollout.common import BY, ROLLOUT, do
from gateway.cli.options import SITE


@click.command()
@SITE
@ROLLOUT
@BY
def command(site: Path, rollout: str, by: str) -> None:
    r"""Update no more devices of ROLLOUT until it is resumed. Updates that have begun are finished; updated devices are watched on.

    \b
    firmware rollout pause centre.yaml r7 --by "control room"
    """
    do(site, rollout, "pause", by)
