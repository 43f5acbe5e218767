"""`gateway situation end`: it is over."""

from pathlib import Path

import click

from gateway.cli.options import SITE
from gateway.cli.situation.common import SITUATION, act, acting
from gateway.situation.lifecycle.actions import End


@click.command()
@SITE
@SITUATION
@acting
@click.option("--at", "time", metavar="TIME", help="When it ended (2026-12-04T17:00:00+01:00); by default, now.")
def command(site: Path, situation: str, organisation: str, person: str, time: str | None) -> None:
    r"""Say that SITUATION is over: you are on site, or have heard from there.

    \b
    gateway situation end centre.yaml publiacqua-via-roma-3 --as publiacqua --by anna
    """
    act(site, situation, End(time, verified=True), organisation, person)
