"""`gateway situation publish`: a new event."""

from pathlib import Path

import click

from gateway.cli.common import fail
from gateway.cli.options import SITE
from gateway.cli.situation.common import FILE, act, acting, feature_in
from gateway.situation.event.kinds import SituationState
from gateway.situation.lifecycle.actions import Publish
from gateway.situation.naming import made_name


@click.command()
@SITE
@FILE
@acting
@click.option("--state", type=click.Choice(["proposed", "planned", "confirmed", "active"]), help="The state in which it begins.")
def command(site: Path, file: Path, organisation: str, person: str, state: str | None) -> None:
    r"""Publish the event in FILE, a GeoJSON feature. Without an `id` it gets one.

    By default it is active if it has begun, planned if it has not, and proposed if an authority answers first.
    docs/contract/situation.schema.json describes what a feature can say.

    \b
    gateway situation publish centre.yaml works.geojson --as publiacqua --by anna
    """
    feature = feature_in(file)
    said = feature.properties
    if state is not None and said.state not in (None, state):
        fail(f"--state {state} contradicts the file, which says '{said.state}'")
    name = feature.id or made_name(organisation)
    wanted = said.state if state is None else SituationState(state)
    act(site, name, Publish(id=name, content=said.content(), geometry=feature.geometry, state=wanted), organisation, person)
