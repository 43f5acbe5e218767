"""`firmware rollout start`: bring a firmware to devices."""

from pathlib import Path
from typing import Any

import click
import msgspec

from firmware_tools.cli.rollout.choosing import CHOICE, TERMS, AskingTerms, Choice, propose, terms_of
from firmware_tools.cli.rollout.common import BY, checked_by, opened, start
from firmware_tools.cli.rollout.showing import print_plan
from gateway.cli.common import fail, in_language, read_centre
from gateway.cli.options import JSON, SITE
from gateway.host import clock


@click.command()
@SITE
@CHOICE
@TERMS
@BY
@click.option("--yes", is_flag=True, help="Start without asking.")
@JSON
def command(site: Path, by: str, *, ask: bool, ask_for_s: float, yes: bool, as_json: bool, **options: Any) -> None:  # noqa: ANN401 — those of the decorators
    r"""Bring FIRMWARE to devices of SITE's centre: canaries first, at night, in waves. Shows the plan, and asks before it starts.

    The role 'firmware' of 'gateway central' does the rest; 'firmware rollout status' shows how far it is.

    \b
    firmware rollout start centre.yaml WBMR6C --by "control room"
    firmware rollout start centre.yaml WBMR6C --gateway gw-7 --canaries 2 --watch 24h --by "control room" --yes --json
    """
    centre = read_centre(site)
    checked_by(by)
    choice = Choice(*(options.pop(name) for name in Choice._fields))
    proposal = propose(centre, choice, terms_of(centre, **options), AskingTerms(ask, ask_for_s), by.strip())
    if not as_json:
        print_plan(proposal, centre.time_zone, clock.now_ms())
    if not yes and not click.confirm(in_language("start it?", "avviarla?"), err=True):
        fail(in_language("not started", "non avviata"))
    with opened(centre) as file:
        name = start(file, msgspec.msgpack.encode(proposal.rollout), by)
    click.echo(
        msgspec.json.encode({"rollout": name, "devices": len(proposal.rollout.devices)})
        if as_json
        else f"{name}: {in_language('started', 'avviata')}"
    )
