"""`gateway situation confirm`: it begins as planned, or has begun."""

from pathlib import Path

import click

from gateway.cli.options import SITE
from gateway.cli.situation.common import SITUATION, act, acting
from gateway.situation.lifecycle.actions import Begin, Confirm


@click.command()
@SITE
@SITUATION
@acting
@click.option("--begun", is_flag=True, help="It has begun: you are on site, or have heard from there.")
@click.option("--at", "time", metavar="TIME", help="When it began (2026-12-01T08:00:00+01:00); by default, now.")
def command(site: Path, situation: str, organisation: str, person: str, *, begun: bool, time: str | None) -> None:
    r"""Confirm that SITUATION begins as planned, or, with --begun, that it has begun.

    \b
    gateway situation confirm centre.yaml publiacqua-via-roma-3 --as publiacqua --by anna
    gateway situation confirm centre.yaml publiacqua-via-roma-3 --as publiacqua --by anna --begun
    """
    if time is not None and not begun:
        raise click.UsageError("--at needs --begun")
    act(site, situation, Begin(time, verified=True) if begun else Confirm(), organisation, person)
