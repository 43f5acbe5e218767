"""`gateway fleet list`: the gateways of a site, their states and their health."""

import asyncio
import re
from pathlib import Path

import click
import msgspec

from gateway.centre.fleet import FleetRow, LatestHealth, fleet_rows, latest_health
from gateway.centre.gateway_states import BrokerUnreachable, StillOnline, forget_gateway, gateway_states
from gateway.centre.stores.factory import open_reader
from gateway.centre.stores.port import StoreUnavailable
from gateway.cli.common import columns, fail, read_centre, when
from gateway.cli.options import JSON, SITE
from gateway.host import clock
from gateway.host.files import SecretError
from gateway.host.mqtt import Broker
from gateway.model.site import CentreSettings
from gateway.model.topics import LEVEL, GatewayId

_HEAD = ("gateway", "state", "version", "clock", "seen", "waiting", "load", "disk free", "certificate")
_RECENT_MS = 3_600_000


@click.command()
@SITE
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(0.2, 60),
    default=2.0,
    show_default=True,
    help="How long to collect states from the broker, in seconds.",
)
@click.option("--forget", metavar="OPERATOR/GATEWAY", help="Forget a gateway that was removed: clear what the broker retains of it.")
@JSON
def command(site: Path, *, wait_s: float, forget: str | None, as_json: bool) -> None:
    r"""List the gateways of SITE's centre: state, version, clock, backlog, load of their lines, free disk space, expiry of certificates.

    State and clock are retained by the broker; the rest is the health that a gateway last reported, within a day. What needs
    attention is red.

    A gateway that was forgotten is listed until its last health is a day old. Its readings stay in the store.

    \b
    gateway fleet list centre.yaml
    gateway fleet list centre.yaml --json
    gateway fleet list centre.yaml --forget citelum/gw-0042
    """
    name, centre, *_ = read_centre(site)
    if forget is not None:
        _forget(name, centre, forget, wait_s, as_json=as_json)
        return
    try:
        states = asyncio.run(gateway_states(name, Broker(centre.broker, centre.tls, centre.login), wait_s))
        fleet = fleet_rows(states, _health(name, centre))
    except (BrokerUnreachable, SecretError) as error:
        fail(str(error))
    if as_json:
        click.echo(msgspec.json.encode(fleet))
        return
    red = {(number, _HEAD.index(name)) for number, one in enumerate(fleet, 1) for name in one.attention}
    for line in columns([_HEAD, *map(_row, fleet)], right=(5, 6, 7, 8), red=red):
        click.echo(line)
    click.echo(f"{len(fleet)} gateways, {sum(one.state == 'online' for one in fleet)} online")


def _forget(site: str, centre: CentreSettings, name: str, wait_s: float, *, as_json: bool) -> None:
    operator, _, gateway = name.partition("/")
    if not (re.fullmatch(LEVEL, operator) and re.fullmatch(LEVEL, gateway)):
        fail(f"'{name}' is not the name of a gateway; write operator/gateway as 'gateway fleet' lists it")
    try:
        cleared = asyncio.run(forget_gateway(GatewayId(site, operator, gateway), Broker(centre.broker, centre.tls, centre.login), wait_s))
    except (BrokerUnreachable, SecretError, StillOnline) as error:
        fail(str(error))
    click.echo(msgspec.json.encode({"cleared": cleared}) if as_json else f"{name} is forgotten: {cleared} retained messages cleared")


def _health(site: str, centre: CentreSettings) -> LatestHealth:
    try:
        reader = open_reader(centre.store)
        try:
            return latest_health(site, reader, clock.now_ms())
        finally:
            reader.close()
    except StoreUnavailable as error:
        click.echo(f"no health: the store does not answer: {error}", err=True)
        return {}


def _row(one: FleetRow) -> tuple[str, ...]:
    def shown(value: float | None, unit: str) -> str:
        return "-" if value is None else f"{value:g}{unit}"

    measured = (
        shown(value, unit)
        for value, unit in ((one.backlog_batches, ""), (one.line_load, " %"), (one.disk_free, " %"), (one.certificate_days, " d"))
    )
    return (f"{one.operator}/{one.gateway}", one.state, one.version or "-", one.clock or "-", _seen(one.seen_ms), *measured)


def _seen(seen_ms: int | None) -> str:
    """Return when a gateway was last seen: how long ago if that is less than an hour."""
    if seen_ms is None:
        return "-"
    ago_ms = clock.now_ms() - seen_ms
    return when(seen_ms) if ago_ms > _RECENT_MS else f"{ago_ms / 1000:.0f} s ago"
