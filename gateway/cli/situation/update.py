"""`gateway situation update`: new content of a situation."""

from pathlib import Path

import click

from gateway.cli.options import SITE
from gateway.cli.situation.common import FILE, SITUATION, act, acting, feature_in
from gateway.situation.lifecycle.actions import Update


@click.command()
@SITE
@SITUATION
@FILE
@acting
@click.option("--version", "version", type=click.IntRange(1), help="The version that you have read; by default, that in the file.")
def command(site: Path, situation: str, file: Path, organisation: str, person: str, version: int | None) -> None:
    r"""Replace the content of SITUATION by that in FILE, a GeoJSON feature, as `show --json` prints it.

    If what an authority has agreed to changes (times, streets, excavation, traffic), the situation is proposed again.

    \b
    gateway situation show centre.yaml publiacqua-via-roma-3 --json > works.geojson
    gateway situation update centre.yaml publiacqua-via-roma-3 works.geojson --as publiacqua --by anna
    """
    feature = feature_in(file)
    based_on = version or feature.properties.version
    if based_on is None:
        raise click.UsageError("say with --version which version you have read: the file has none")
    action = Update(content=feature.properties.content(), geometry=feature.geometry, version=based_on)
    act(site, situation, action, organisation, person)
