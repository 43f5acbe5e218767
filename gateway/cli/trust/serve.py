"""`gateway trust serve`: renewals over MQTT."""

import asyncio
from pathlib import Path

import click

from gateway.cli.common import read_centre, run_until_signalled
from gateway.cli.options import SITE, VERBOSE
from gateway.cli.trust.common import AUTHORITY, DAYS, failing
from gateway.host import clock, systemd
from gateway.host.mqtt import Broker
from gateway.trust.authority import CLIENT_DAYS, Authority
from gateway.trust.renewals import RenewalService


@click.command()
@AUTHORITY
@SITE
@click.option("--days", type=DAYS, default=CLIENT_DAYS, show_default=True, help="For how long a renewed certificate is valid.")
@VERBOSE
def command(folder: Path, site: Path, *, days: int, verbose: bool) -> None:
    r"""Renew the certificates of gateways over MQTT, at the broker of SITE's centre.

    A gateway whose certificate has less than a third of its time left is asked to renew it as soon as it is online. It makes a new key,
    and a request that is signed with its present one. The gateway's clock does not matter.

    \b
    gateway trust serve authority centre.yaml
    """
    name, settings, *_ = read_centre(site)
    with failing():
        authority = Authority(folder)

    async def serve(stop: asyncio.Event) -> None:
        service = RenewalService(name, authority, Broker(settings.broker, settings.tls, settings.login), clock.now_ms, days)
        systemd.notify("READY=1")
        async with systemd.watched():
            await service.run(stop)

    run_until_signalled(serve, verbose=verbose)
