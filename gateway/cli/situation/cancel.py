"""`gateway situation cancel`: it does not happen."""

from pathlib import Path

import click

from gateway.cli.options import SITE
from gateway.cli.situation.common import SITUATION, act, acting
from gateway.situation.lifecycle.actions import Cancel


@click.command()
@SITE
@SITUATION
@acting
@click.option("--reason", required=True, help="Why; it is added to the comments.")
def command(site: Path, situation: str, organisation: str, person: str, reason: str) -> None:
    r"""Cancel SITUATION: it does not happen, or was published in error. An authority that answers it can do so, too.

    \b
    gateway situation cancel centre.yaml publiacqua-via-roma-3 --as publiacqua --by anna --reason "rinviato all'anno prossimo"
    """
    act(site, situation, Cancel(reason), organisation, person)
