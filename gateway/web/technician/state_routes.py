"""The gateway's state at a glance, and the live values of its devices."""

from typing import Literal, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.model.batch import Value
from gateway.web.json_api import json_response


class UplinkView(msgspec.Struct, kw_only=True):
    """The connection to the broker, and what waits for it.

    Args:
        broker: its URL, or those of a cluster, separated by commas.
        confirm: what confirms a batch: the centre's receipt, or the broker.
        waiting: batches in the journal without confirmation; None if the journal can't be read.
        unconfirmed: those of them that are sent.
        cloned_by: the machine on which another gateway runs under this one's name.
        certificate_days: how long the certificate is still valid; None without one.
    """

    broker: str
    connected: bool
    confirm: Literal["stored", "broker"]
    waiting: int | None
    unconfirmed: int
    cloned_by: str | None
    certificate_days: float | None


class DeviceView(msgspec.Struct, kw_only=True):
    """One device: what it is, and whether it responds.

    Args:
        state: `off` if it has no power, `not yet heard` until its first response.
        asset: the asset that its streams belong to; the first one for a device with channels.
        unit: its Modbus address; None for an instrument that does not speak Modbus.
        every_s: the interval of its most frequent readings; 0: as often as the line allows.
        last_ms: the time of its last reading; None before the first.
    """

    id: str
    profile: str
    model: str
    state: Literal["answers", "silent", "off", "not yet heard"]
    asset: str
    unit: int | None
    every_s: float
    last_ms: int | None


class LineView(msgspec.Struct, kw_only=True):
    """One line: where it is, how it is, and its devices.

    Args:
        port: the serial port, or the address of the device or device server.
        load: the share of its time that is used, in percent.
        missed: missed ticks since the start.
    """

    id: str
    port: str
    kind: Literal["serial", "tcp", "rtu_over_tcp"]
    broken: bool
    stalled: bool
    load: float
    missed: int
    devices: list[DeviceView]


class IdentityView(msgspec.Struct):
    """Which gateway this is, the version of its software, and the name of its machine."""

    site: str
    operator: str
    gateway: str
    version: str
    host: str


class LocalState(msgspec.Struct, kw_only=True):
    """Everything that the first look at a gateway needs.

    Args:
        up_s: seconds since the gateway was started.
        now_ms: its best known time.
        clock: how far that can be trusted.
        disk_free: the free share of the journal's disk in percent; None if it is unknown.
        readings: readings recorded since the start.
        ok: whether all is well, as on `/health`.
    """

    identity: IdentityView
    up_s: int
    now_ms: int
    clock: Literal["synced", "holdover", "unsynced"]
    disk_free: float | None
    readings: int
    ok: bool
    uplink: UplinkView
    lines: list[LineView]


class LiveValue(msgspec.Struct):
    """One value of a device, in its unit (UCUM), and its quality (OPC UA)."""

    field: str
    value: Value
    unit: str | None
    quality: str


class LiveReading(msgspec.Struct):
    """The last reading of one stream of a device."""

    device: str
    asset: str
    measurement: str
    t_ms: int
    values: list[LiveValue]


class StateService(Protocol):
    """What a running gateway says about itself."""

    async def state(self) -> LocalState:
        """Return the present state."""
        ...

    def values(self) -> list[LiveReading]:
        """Return the last reading of each stream."""
        ...

    async def events(self) -> Response:
        """Return the stream of events: `state` with a LocalState, and `values` with readings, at first all, then those that are new."""
        ...


def routes(service: StateService) -> list[BaseRoute]:
    """Return the routes of this room."""

    async def state(_request: Request) -> Response:
        return json_response(await service.state())

    async def values(_request: Request) -> Response:
        return json_response(service.values())

    async def events(_request: Request) -> Response:
        return await service.events()

    return [Route("/api/state", state), Route("/api/values", values), Route("/api/events", events)]
