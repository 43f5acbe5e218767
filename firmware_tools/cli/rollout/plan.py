"""`firmware rollout plan`: which devices would be updated, in which waves and when."""

from pathlib import Path
from typing import Any

import click

from firmware_tools.cli.rollout.choosing import CHOICE, TERMS, AskingTerms, Choice, propose, terms_of
from firmware_tools.cli.rollout.showing import plan_json, print_plan
from gateway.cli.common import read_centre
from gateway.cli.options import JSON, SITE
from gateway.host import clock


@click.command()
@SITE
@CHOICE
@TERMS
@JSON
def command(site: Path, *, ask: bool, ask_for_s: float, as_json: bool, **options: Any) -> None:  # noqa: ANN401 — those of the decorators
    r"""Show which devices of SITE's centre would be updated to FIRMWARE, in which waves and when; nothing is changed on them.

    FIRMWARE is an image of the repository, or a model, of which it is the newest. Devices that have not said yet what they are, are asked.
    Exits with 1 if there is nothing to do.

    \b
    firmware rollout plan centre.yaml WBMR6C
    firmware rollout plan centre.yaml wb/mr6c/1.26.0.wbfw --operator citelum --area centro --canaries 5 --waves 20,80
    firmware rollout plan centre.yaml WBMR6C --window 23:30-04:00 --per-site 10 --json
    """
    centre = read_centre(site)
    choice = Choice(*(options.pop(name) for name in Choice._fields))
    proposal = propose(centre, choice, terms_of(centre, **options), AskingTerms(ask, ask_for_s), "")
    if as_json:
        click.echo(plan_json(proposal, clock.now_ms()))
    else:
        print_plan(proposal, centre.time_zone, clock.now_ms())
