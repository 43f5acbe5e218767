"""`gateway fleet`: the gateways of a site, and how they are."""

import asyncio
import time
from pathlib import Path

import click
import msgspec

from gateway.centre.fleet import LatestHealth, latest_health
from gateway.centre.stores.factory import open_reader
from gateway.centre.stores.port import StoreUnavailable
from gateway.cli.common import columns, fail, read_centre, when
from gateway.cli.options import JSON, SITE
from gateway.model import topics
from gateway.model.batch import Value
from gateway.model.messages import GatewayState
from gateway.model.site import CentreSettings
from gateway.model.topics import GatewayId
from gateway.model.untrusted_json import json_reader

_HEAD = ("gateway", "state", "version", "clock", "seen", "waiting", "load", "disk free", "certificate")
_SOON_DAYS, _MUCH_WAITS = 30, 100
_state = json_reader(GatewayState)


class FleetRow(msgspec.Struct, omit_defaults=True):
    """One gateway: what it says of itself, when it last told of its health, and that."""

    operator: str
    gateway: str
    state: str
    version: str | None = None
    clock: str | None = None
    seen_ms: int | None = None
    uptime_s: float | None = None
    backlog_batches: float | None = None
    line_load: float | None = None
    disk_free: float | None = None
    cpu_temperature: float | None = None
    certificate_days: float | None = None


@click.command()
@SITE
@click.option(
    "--wait", "wait_s", type=click.FloatRange(0.2, 60), default=2.0, show_default=True, help="Seconds to wait for what the broker has."
)
@JSON
def command(site: Path, *, wait_s: float, as_json: bool) -> None:
    r"""List the gateways of SITE's centre: online or not, versions, clocks, what waits, how full their lines are, when certificates end.

    What a gateway says of itself comes from the broker, the rest is what it told of its health within the last day. What needs somebody is
    red.

    \b
    gateway fleet centre.yaml
    gateway fleet centre.yaml --json
    """
    name, centre, _ = read_centre(site)
    states = asyncio.run(_states(name, centre, wait_s))
    fleet = together(states, _health(name, centre))
    if as_json:
        click.echo(msgspec.json.encode(fleet))
        return
    rows = [_HEAD, *map(_row, fleet)]
    wrong = [False, *map(needs_somebody, fleet)]
    for line, is_wrong in zip(columns(rows, right=(5, 6, 7, 8)), wrong, strict=True):
        click.secho(line, fg="red" if is_wrong else None)
    click.echo(f"{len(fleet)} gateways, {sum(one.state == 'online' for one in fleet)} online")


def _health(site: str, centre: CentreSettings) -> LatestHealth:
    try:
        reader = open_reader(centre.store)
        try:
            return latest_health(site, reader)
        finally:
            reader.close()
    except StoreUnavailable as error:
        click.echo(f"the store does not answer: {error}", err=True)
        return {}


async def _states(site: str, centre: CentreSettings, wait_s: float) -> dict[GatewayId, GatewayState]:
    """Give what is retained of every gateway's state."""
    from gateway.host.mqtt import Broker, Message, Mqtt

    found: dict[GatewayId, GatewayState] = {}

    def received(message: Message) -> None:
        topic = topics.parse_gateway(message.topic)
        if topic is not None and message.payload:
            found[topic.sender] = _state(message.payload)

    broker = Broker(centre.broker, centre.tls, centre.login)
    mqtt = Mqtt(broker, f"{site}-fleet", on_connect=lambda: mqtt.subscribe(topics.every_gateway(site, "state")), on_message=received)
    mqtt.start()
    await asyncio.sleep(wait_s)
    connected = mqtt.state.connected
    await mqtt.stop()
    if not connected:
        fail(f"the broker {centre.broker} does not answer within {wait_s:g} s")
    return found


def together(states: dict[GatewayId, GatewayState], health: LatestHealth) -> list[FleetRow]:
    """Bring both together, by operator and name."""
    fleet = []
    for sender in sorted(states.keys() | health.keys()):
        state, told = states.get(sender, GatewayState("offline")), health.get(sender, {})
        numbers = {
            name: _number(told.get(name)) for name in ("backlog_batches", "line_load", "disk_free", "cpu_temperature", "certificate_days")
        }
        version = told.get("version")
        fleet.append(
            FleetRow(
                sender.operator, sender.gateway, state.state, state.version or (version if isinstance(version, str) else None), state.clock,
                seen_ms=_time(told.get("t_ms")), uptime_s=_number(told.get("uptime")), **numbers,
            )
        )  # fmt: skip
    return fleet


def _time(value: Value) -> int | None:
    return value if isinstance(value, int) else None


def _number(value: Value) -> float | None:
    return value if isinstance(value, int | float) else None


def needs_somebody(one: FleetRow) -> bool:
    """Tell whether somebody should look at a gateway."""
    soon = one.certificate_days is not None and one.certificate_days < _SOON_DAYS
    return one.state == "offline" or one.clock == "unsynced" or soon or (one.backlog_batches or 0) > _MUCH_WAITS


def _row(one: FleetRow) -> tuple[str, ...]:
    def shown(value: float | None, unit: str) -> str:
        return "-" if value is None else f"{value:g}{unit}"

    seen = (
        "-"
        if one.seen_ms is None
        else when(one.seen_ms)
        if time.time() - one.seen_ms / 1000 > 3600
        else f"{time.time() - one.seen_ms / 1000:.0f} s ago"
    )
    return (f"{one.operator}/{one.gateway}", one.state, one.version or "-", one.clock or "-", seen, shown(one.backlog_batches, ""),
            shown(one.line_load, " %"), shown(one.disk_free, " %"), shown(one.certificate_days, " d"))  # fmt: skip
