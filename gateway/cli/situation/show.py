"""`gateway situation show`: a situation and its history."""

from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import msgspec

from gateway.analytics.sun import Interval
from gateway.centre.situation.port import HistoryEntry
from gateway.centre.situation.service import SituationService
from gateway.cli.common import columns, read_centre, when
from gateway.cli.options import JSON, SITE
from gateway.cli.situation.common import AS_SEEN_BY, SITUATION, opened
from gateway.host import clock
from gateway.situation.event.document import SituationFeature
from gateway.situation.event.timing import Timing
from gateway.situation.lifecycle.permissions import audience_of
from gateway.situation.telemetry.affected import AssetMap, affected_parts
from gateway.situation.times.instants import NEVER_MS, occurrences

_NEXT_HOURS = 3
_MOST_SHOWN = 50


@click.command()
@SITE
@SITUATION
@AS_SEEN_BY
@JSON
def command(site: Path, situation: str, organisation: str | None, *, as_json: bool) -> None:
    r"""Show SITUATION: what its owner says, what others answer, and who did what. With --json, print its GeoJSON feature.

    \b
    gateway situation show centre.yaml publiacqua-via-roma-3
    gateway situation show centre.yaml publiacqua-via-roma-3 --as citelum --json
    """
    with opened(site) as service:
        feature = service.whole(situation) if organisation is None else service.seen(situation, organisation)
        if as_json:
            click.echo(msgspec.json.format(msgspec.json.encode(feature), indent=2))
            return
        _print(feature)
        _print_affected(service, situation, organisation, AssetMap(read_centre(site).assets))
        _print_hours(feature.properties.timing, service.rules.times.zone)
        if organisation is None:
            for question in service.open_questions(situation):
                click.echo(f"waits for {question.organisation} ({question.about}) until {when(question.due_ms)}")
            _print_history(service.history(situation))


def _print(feature: SituationFeature) -> None:
    said = feature.properties
    click.echo(f"{feature.id}: {said.headline.it}")
    late = " (overrunning)" if said.overrunning else " (start unconfirmed)" if said.start_unconfirmed else ""
    click.echo(f"{said.kind} of {said.owner}, version {said.version}, {said.state}{late}, {said.information_status}")
    click.echo(f"planned from {said.timing.planned_start} to {said.timing.planned_end or '?'}")
    if said.timing.actual_start is not None:
        click.echo(f"actual from {said.timing.actual_start} to {said.timing.actual_end or '?'}")
    for street in said.location.street_refs:
        click.echo(f"street {street.name} ({street.scheme} {street.key or '?'})")
    for answer in said.acknowledgements:
        click.echo(f"{answer.organisation}: {answer.answer} version {answer.version}{f': {answer.note}' if answer.note else ''}")
    for comment in said.comments:
        click.echo(f"{comment.organisation}: {comment.text}")


def _print_affected(service: SituationService, situation: str, organisation: str | None, assets: AssetMap) -> None:
    """Print what is affected, for the operator of the room and those who see all of the situation."""
    found = service.store.get(situation)
    if found is None or (organisation is not None and organisation not in audience_of(found, service.rules.parties)):
        return
    parts = affected_parts(found, assets)
    if parts.assets:
        more = f" and {len(parts.assets) - _MOST_SHOWN} more" if len(parts.assets) > _MOST_SHOWN else ""
        click.echo(f"affects {len(parts.assets)} assets: {', '.join(parts.assets[:_MOST_SHOWN])}{more}")
    if parts.lines:
        click.echo(f"affects lines: {', '.join(parts.lines)}")
    for stop in parts.stops:
        click.echo(f"affects stop {stop.name or stop.id}{f', replaced by {stop.replaced_by}' if stop.replaced_by else ''}")


def _print_hours(timing: Timing, zone: ZoneInfo) -> None:
    """Print the next hours in which something happens, if it does so on certain hours alone."""
    coming = occurrences(timing, zone, Interval(clock.now_ms(), NEVER_MS)) if timing.recurrence and timing.planned_end else iter(())
    for hours in islice(coming, _NEXT_HOURS):
        click.echo(f"next {when(hours.from_ms)} to {when(hours.to_ms)}")


def _print_history(entries: list[HistoryEntry]) -> None:
    rows = [("when", "who", "what", "version", "state")]
    for _, one in entries:
        who = f"{one.organisation} ({one.person})" if one.organisation else "Situation Room"
        tag = str(one.action.__struct_config__.tag)
        rows.append((when(one.at_ms), who, tag, str(one.situation.version), one.situation.state.value))
    click.echo("\n".join(columns(rows)))
