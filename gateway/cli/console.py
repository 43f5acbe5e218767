"""`gateway console`: serve the operator's page."""

import asyncio
from pathlib import Path

import click

from gateway.cli.common import fail, read_centre, run_until_signalled
from gateway.cli.options import SITE, VERBOSE
from gateway.config.problems import ConfigError
from gateway.config.site_file import CentreSite
from gateway.config.text_file import read_regular

_STREETS_MOST_BYTES = 64 << 20


@click.command()
@SITE
@click.option("--listen", metavar="HOST:PORT", help="Address to listen on, instead of the one in the site file.")
@VERBOSE
def command(site: Path, *, listen: str | None, verbose: bool) -> None:
    r"""Serve the operator's page of the centre that SITE describes: map, live values, charts, alarms, gateways.

    It listens on loopback unless the site file says otherwise. It has no users of its own: before you let others in, put
    it behind a proxy that authenticates them.

    \b
    gateway console centre.yaml
    gateway console --listen 127.0.0.1:8090 centre.yaml
    """
    from gateway.centre.stores.port import StoreUnavailable

    centre = read_centre(site)
    address, map_file = listen or centre.console.listen, centre.console.streets
    try:
        streets = read_regular(Path(map_file), _STREETS_MOST_BYTES) if map_file else None
    except ConfigError as error:
        fail(f"cannot read the map of the streets: {error}")
    except OSError as error:
        fail(f"cannot read the map of the streets, {map_file}: {error.strerror}; check 'console.streets'")
    try:
        run_until_signalled(lambda stop: _serve(centre, address, streets, stop), verbose=verbose)
    except StoreUnavailable as error:
        fail(f"cannot read the store: {error}; start 'gateway central' first")


async def _serve(centre: CentreSite, listen: str, streets: bytes | None, stop: asyncio.Event) -> None:
    from gateway.centre.stores.factory import open_reader
    from gateway.host import clock, systemd
    from gateway.host.http_server import serving
    from gateway.host.mqtt import Broker
    from gateway.host.threads import OneThread
    from gateway.web.operator.app import operator_app
    from gateway.web.operator.feed import CityFeed
    from gateway.web.operator.store_data import StoreData

    settings = centre.settings
    data = StoreData(centre.site, open_reader(settings.store), centre.time_zone)
    broker = Broker(settings.broker, settings.tls, settings.login)
    feed = CityFeed(centre.site, broker, clock.now_ms, name=f"{centre.site}-console-{listen.rpartition(':')[2]}")
    thread = OneThread("store")
    serve = serving(operator_app(feed, data, thread, streets), listen, centre.console.hosts)
    async with serve as port, systemd.watched(), asyncio.TaskGroup() as group:
        following = group.create_task(feed.run(stop))
        systemd.notify("READY=1")
        click.echo(f"the street is at http://{listen.rpartition(':')[0]}:{port}/", err=True)
        await following
    thread.close()
