"""`firmware rollout abort`: end a roll-out."""

from pathlib import Path

import click

from firmware_tools.cli.rollout.common import BY, ROLLOUT, do
from gateway.cli.options import SITE


@click.command()
@SITE
@ROLLOUT
@BY
def command(site: Path, rollout: str, by: str) -> None:
    r"""End ROLLOUT: no more devices are updated. Updates that have begun are finished, as a device must not stay in its bootloader.

    \b
    firmware rollout abort centre.yaml r7 --by "control room"
    """
    do(site, rollout, "abort", by)
