"""`gateway situation near`: which works come near to what an organisation owns."""

from pathlib import Path

import click
import msgspec

from gateway.centre.situation.layer_file import LayerFile
from gateway.cli.common import columns, fail, read_centre
from gateway.cli.options import JSON, SITE
from gateway.cli.situation.common import opened, settings_of
from gateway.config.problems import suggest
from gateway.model.site.situation.room import SituationSettings
from gateway.situation.private_layer import NearSituation, PrivateLayer, concerns, near_features, near_message


@click.command()
@SITE
@click.argument("situation", metavar="[SITUATION]", required=False)
@click.option("--as", "organisation", required=True, help="The organisation whose layer counts.")
@JSON
def command(site: Path, situation: str | None, organisation: str, *, as_json: bool) -> None:
    r"""Show which works come near to what an organisation owns, as its private layer draws it; of SITUATION alone, if it is named.

    \b
    gateway situation near centre.yaml --as publiacqua
    gateway situation near centre.yaml publiacqua-via-roma-3 --as publiacqua --json
    """
    settings = settings_of(read_centre(site).settings.situation)
    layer = _layer_of(settings, organisation)
    with opened(site) as service:
        if situation is not None:
            service.seen(situation, organisation)
        every = (one for one in service.everything() if situation in (None, one.id) and concerns(one, organisation, service.rules.parties))
        found = near_message(NearSituation(one.id, near_features(layer, one.geometry, settings.near_m)) for one in every)
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        rows = [(one.situation, near.id, f"{near.distance_m:g}") for one in found.situations for near in one.near_own_assets]
        click.echo("\n".join(columns([("works", "near", "metres"), *rows], right={2})) if rows else "no works are near")


def _layer_of(settings: SituationSettings, organisation: str) -> PrivateLayer:
    if organisation not in settings.organisations:
        fail(f"unknown organisation '{organisation}'; {suggest(organisation, settings.organisations)}")
    path = settings.organisations[organisation].layer
    if path is None:
        fail(f"{organisation} has no layer: add 'layer' to it in the site file")
    file = LayerFile(organisation, path)
    file.refresh()
    if file.layer is None:
        fail(file.failing or "the layer can't be read")
    return file.layer
