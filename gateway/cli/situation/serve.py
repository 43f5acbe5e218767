"""`gateway situation serve`: runs the Situation Room."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from gateway.cli.common import fail, read_centre, run_until_signalled
from gateway.cli.options import SITE, VERBOSE, ListenAddress
from gateway.cli.situation.common import settings_of
from gateway.config.problems import ConfigError
from gateway.config.site_file import CentreSite
from gateway.config.text_file import read_regular
from gateway.model.site.situation.room import SituationSettings

if TYPE_CHECKING:
    from gateway.centre.situation.role import Door
    from gateway.centre.situation.subscriptions.nearby import NearbyWorks
    from gateway.web.situation.pages.app import RoomPages

_STREETS_MOST_BYTES = 64 << 20


@click.command()
@SITE
@click.option("--listen", type=ListenAddress(), default="127.0.0.1:9277", show_default=True, help="Address of /health and /metrics.")
@VERBOSE
def command(site: Path, *, listen: str, verbose: bool) -> None:
    r"""Run the Situation Room of SITE until told to stop: publish what happens over MQTT, and do what organisations request.

    With 'centre.situation.api', it also serves the REST API and, with 'pages', the web pages; organisations with a 'webhook' and
    the context brokers of 'push' are sent what changes.

    Other commands may be used meanwhile: what they do is published within a second. One process runs a Situation Room.

    \b
    gateway situation serve centre.yaml
    """
    from gateway.centre.process import CentreProcess
    from gateway.centre.role import RoleContext
    from gateway.centre.situation.port import SituationsUnavailable
    from gateway.centre.situation.role import SituationRole

    centre = read_centre(site)
    settings = settings_of(centre.settings.situation)
    context = RoleContext(centre.site, centre.settings, None, centre.assets, centre.time_zone)

    async def work(stop: asyncio.Event) -> None:
        await CentreProcess([SituationRole(context, settings, _doors(centre, settings))], listen).run(stop)

    try:
        run_until_signalled(work, verbose=verbose)
    except SituationsUnavailable as error:
        fail(f"can't use the situations: {error}")
    except ValueError as error:
        fail(str(error))


def _doors(centre: CentreSite, settings: SituationSettings) -> "list[Door]":
    """Return the ways into and out of the room that the site file describes, besides MQTT.

    Raises:
        SecretError: A file of the API can't be used.
        ValueError: The file of tokens is damaged.
    """
    from gateway.centre.situation.push.brokers import ContextBrokers
    from gateway.centre.situation.push.webhooks import SituationWebhooks
    from gateway.centre.situation.settings import room_rules
    from gateway.centre.situation.subscriptions.door import SituationSubscriptions
    from gateway.web.situation.door import ApiDoor

    webhooks = {name: one.webhook for name, one in settings.organisations.items() if one.webhook is not None}
    doors: list[Door] = [SituationWebhooks(centre.site, webhooks)] if webhooks else []
    if settings.push:
        doors.append(ContextBrokers(centre.site, settings.push))
    if settings.subscriptions:
        smtp, zone = centre.settings.alarms.smtp, ZoneInfo(centre.time_zone)
        doors.append(SituationSubscriptions(centre.site, settings.subscriptions, smtp, zone, _nearby(settings)))
    if settings.api is not None:
        tokens = Path(centre.settings.situation_tokens_path())
        rules = room_rules(settings, ZoneInfo(centre.time_zone))
        doors.append(ApiDoor(settings.api, rules, tokens, centre.site, _pages(centre, settings), settings.organisations, centre.assets))
    return doors


def _nearby(settings: SituationSettings) -> "dict[str, NearbyWorks]":
    """Return what finds the works near to layers, for the subscriptions that want these alone."""
    from gateway.centre.situation.subscriptions.nearby import NearbyWorks

    layers = {name: one.layer for name, one in settings.organisations.items() if one.layer is not None}
    return {
        name: NearbyWorks(one.organisation, layers[one.organisation], settings.near_m)
        for name, one in settings.subscriptions.items()
        if one.near and one.organisation in layers
    }


def _pages(centre: CentreSite, settings: SituationSettings) -> "RoomPages | None":
    """Return what the web pages need; None if there are none.

    Raises:
        ValueError: The map of the streets can't be read.
    """
    from gateway.web.situation.pages.app import RoomPages

    if settings.api is None or settings.api.pages is None:
        return None
    streets = centre.console.streets
    try:
        lines = read_regular(Path(streets), _STREETS_MOST_BYTES) if streets is not None else None
    except (ConfigError, OSError) as error:
        raise ValueError(f"cannot read the map of the streets, {streets}: {error}; check 'console.streets'") from error
    return RoomPages(centre.site, settings, Path(centre.settings.situation_people_path()), lines)
