"""`gateway situation take-back`: the last change of a state was a mistake."""

from pathlib import Path

import click

from gateway.cli.options import SITE
from gateway.cli.situation.common import SITUATION, act, acting
from gateway.situation.lifecycle.actions import TakeBack


@click.command()
@SITE
@SITUATION
@acting
def command(site: Path, situation: str, organisation: str, person: str) -> None:
    r"""Take back the last change of the state of SITUATION, within a day: a start, an end, a confirmation or a cancellation.

    Only the organisation that made the change can take it back. The history keeps both.

    \b
    gateway situation take-back centre.yaml publiacqua-via-roma-3 --as publiacqua --by anna
    """
    act(site, situation, TakeBack(), organisation, person)
