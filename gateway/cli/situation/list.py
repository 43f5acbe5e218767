"""`gateway situation list`: the situations."""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from gateway.cli.common import columns
from gateway.cli.options import JSON, SITE
from gateway.cli.situation.common import AS_SEEN_BY, opened, state_of
from gateway.situation.lifecycle.situation import Situation


@click.command()
@SITE
@AS_SEEN_BY
@click.option("--kind", help="Only events of this kind, such as roadworks.")
@click.option("--all", "every", is_flag=True, help="Also what has ended or was cancelled.")
@JSON
def command(site: Path, organisation: str | None, kind: str | None, *, every: bool, as_json: bool) -> None:
    r"""List the situations of SITE, in the order in which they begin. Exercises are marked.

    \b
    gateway situation list centre.yaml
    gateway situation list centre.yaml --as citelum --kind roadworks --json
    """
    with opened(site) as service:
        found = [
            one
            for one in (service.everything() if organisation is None else service.visible(organisation))
            if (every or not one.state.over) and kind in (None, one.content.kind)
        ]
        found.sort(key=lambda one: (one.content.timing.planned_start, one.id))
        if as_json:
            documents = [service.whole(one.id) if organisation is None else service.seen(one.id, organisation) for one in found]
            click.echo(msgspec.json.encode({"type": "FeatureCollection", "features": documents}))
        elif found:
            click.echo("\n".join(columns([("situation", "kind", "state", "from", "until", "owner", "headline"), *map(_row, found)])))
        else:
            click.echo("no situations")


def _row(situation: Situation) -> Sequence[str]:
    content = situation.content
    headline = f"[{content.information_status}] {content.headline.it}" if content.exercise else content.headline.it
    timing = content.timing
    state = state_of(situation)
    return situation.id, str(content.kind), state, timing.planned_start, timing.planned_end or "-", situation.owner, headline[:60]
