"""`gateway situation conflicts`: what is in the way of a situation."""

import math
from pathlib import Path

import click
import msgspec

from gateway.cli.common import columns
from gateway.cli.options import JSON, SITE
from gateway.cli.situation.common import SITUATION, opened
from gateway.situation.conflicts.comparison import DAY_MS, Conflict
from gateway.situation.conflicts.savings import Opportunity


@click.command()
@SITE
@SITUATION
@JSON
def command(site: Path, situation: str, *, as_json: bool) -> None:
    r"""Show what is in the way of SITUATION, on what grounds, and who could dig together. Exits with 1 if something is in the way.

    \b
    gateway situation conflicts centre.yaml publiacqua-via-roma-3
    """
    with opened(site) as service:
        conflicts, opportunities = service.conflicts(situation), service.opportunities(situation)
    if as_json:
        found = {"conflicts": [one._asdict() for one in conflicts], "together": [one._asdict() for one in opportunities]}
        click.echo(msgspec.json.encode(found))
    else:
        _print(conflicts, opportunities)
    raise SystemExit(1 if conflicts else 0)


def _print(conflicts: list[Conflict], opportunities: list[Opportunity]) -> None:
    rows = [("in the way", "grounds", "days between", "metres")]
    rows += [(one.other, ", ".join(one.grounds), _days(one.gap_ms), _metres(one)) for one in conflicts]
    click.echo("\n".join(columns(rows, right={2, 3})) if conflicts else "nothing is in the way")
    for one in opportunities:
        area = "" if one.saved_area_m2 is None else f", {one.saved_area_m2:g} m² opened once"
        click.echo(f"dig together with {one.other}: up to {one.saved_days:.0f} days of works less{area}")


def _metres(one: Conflict) -> str:
    return "-" if one.distance_m is None else f"{one.distance_m:.0f}"


def _days(gap_ms: int) -> str:
    return str(math.ceil(gap_ms / DAY_MS))
