"""`gateway console serve`: serve the operator's page."""

import asyncio
from ipaddress import ip_address
from pathlib import Path

import click

from gateway.cli.common import fail, read_centre, run_until_signalled
from gateway.cli.options import SITE, VERBOSE
from gateway.config.problems import ConfigError
from gateway.config.rules.console_rules import exposure
from gateway.config.site_file import CentreSite
from gateway.config.text_file import read_regular
from gateway.host.files import SecretError
from gateway.host.http.tls import TlsFiles
from gateway.host.threads import OneThread
from gateway.model.site.pages import ConsoleSettings
from gateway.web.operator.login import ConsoleLogin, TrustedProxy
from gateway.web.operator.users import UsersFile

_STREETS_MOST_BYTES = 64 << 20


@click.command()
@SITE
@click.option("--listen", metavar="HOST:PORT", help="Address to listen on, instead of the one in the site file.")
@VERBOSE
def command(site: Path, *, listen: str | None, verbose: bool) -> None:
    r"""Serve the operator's page of the centre that SITE describes: map, values, charts, alarms, completeness.

    It listens on loopback unless the site file says otherwise. For another address, the site file needs 'console.users' and
    'console.tls', or 'console.proxy': without them, everybody who reaches the page could use it.

    \b
    gateway console centre.yaml
    gateway console serve --listen 127.0.0.1:8090 centre.yaml
    """
    from gateway.centre.stores.port import StoreUnavailable

    centre = read_centre(site)
    address, map_file = listen or centre.console.listen, centre.console.streets
    exposed = exposure(centre.console, address)
    if exposed is not None:
        fail("; ".join(exposed))
    try:
        streets = read_regular(Path(map_file), _STREETS_MOST_BYTES) if map_file else None
    except ConfigError as error:
        fail(f"cannot read the map of the streets: {error}")
    except OSError as error:
        fail(f"cannot read the map of the streets, {map_file}: {error.strerror}; check 'console.streets'")
    try:
        tls = _tls_files(centre.console)
        run_until_signalled(lambda stop: _serve(centre, address, streets, tls, stop), verbose=verbose)
    except (SecretError, ValueError) as error:
        fail(str(error))
    except StoreUnavailable as error:
        fail(f"cannot read the store: {error}; start 'gateway central' first")


def _tls_files(console: ConsoleSettings) -> TlsFiles | None:
    """Return the files of TLS, if there are any, and check that the users can be read."""
    if console.users is not None:
        UsersFile(Path(console.users)).users()
    return TlsFiles(Path(console.tls.cert), Path(console.tls.key)) if console.tls is not None else None


def _login(console: ConsoleSettings, thread: OneThread) -> ConsoleLogin:
    """Return who may use the page."""
    proxy = console.proxy
    trusted = TrustedProxy(proxy.header, [ip_address(one) for one in proxy.addresses], proxy.operators) if proxy is not None else None
    users = UsersFile(Path(console.users)) if console.users is not None else None
    return ConsoleLogin(users, trusted, thread, tls=console.tls is not None)


async def _serve(centre: CentreSite, listen: str, streets: bytes | None, tls: TlsFiles | None, stop: asyncio.Event) -> None:
    from gateway.centre.stores.factory import open_reader
    from gateway.host import clock, systemd
    from gateway.host.http_server import serving
    from gateway.host.mqtt import Broker
    from gateway.web.operator.alarm_desk import AlarmDesk
    from gateway.web.operator.app import CityMap, operator_app
    from gateway.web.operator.feed import CityFeed
    from gateway.web.operator.store_data import StoreData

    settings = centre.settings
    data = StoreData(centre.site, open_reader(settings.store), centre.time_zone)
    broker = Broker(settings.broker, settings.tls, settings.login)
    feed = CityFeed(centre.site, broker, clock.now_ms, name=f"{centre.site}-console-{listen.rpartition(':')[2]}")
    thread, passwords = OneThread("store"), OneThread("passwords")
    city = CityMap(streets, settings.access.areas if settings.access is not None else {})
    alarms = AlarmDesk(Path(settings.alarms_path()))
    app = operator_app(feed, data, alarms, thread, city, _login(centre.console, passwords))
    serve = serving(app, listen, centre.console.hosts, tls=tls)
    async with serve as port, systemd.watched(), asyncio.TaskGroup() as group:
        following = group.create_task(feed.run(stop))
        systemd.notify("READY=1")
        click.echo(f"the street is at http{'s' if tls is not None else ''}://{listen.rpartition(':')[0]}:{port}/", err=True)
        await following
    thread.close()
    passwords.close()
