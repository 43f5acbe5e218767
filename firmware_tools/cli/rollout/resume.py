"""`firmware rollout resume`: go on with a roll-out that was paused or stopped by itself."""

from pathlib import Path

import click

from firmware_tools.cli.rollout.common import BY, ROLLOUT, do
from gateway.cli.options import SITE


@click.command()
@SITE
@ROLLOUT
@BY
def command(site: Path, rollout: str, by: str) -> None:
    r"""Go on with ROLLOUT, which was paused or stopped by itself. The devices that failed so far do not stop it again.

    \b
    firmware rollout resume centre.yaml r7 --by "control room"
    """
    do(site, rollout, "resume", by)
