"""The state of the running gateway, and the live values of its devices, for `gateway.web.technician.state_routes`."""

import sqlite3
from collections.abc import AsyncGenerator, Iterator
from typing import Literal

from starlette.responses import Response

from gateway import __version__
from gateway.edge.lines import EdgeLines, LatestReading
from gateway.edge.services.parts import GatewayParts, Present
from gateway.edge.telemetry.health import days_left
from gateway.edge.telemetry.lines_report import state_of
from gateway.fieldbus.line.owner import LineOwner
from gateway.host import clock
from gateway.host.machine import free_share, host_name
from gateway.model.quality import name_of
from gateway.model.site.lines import LineSettings
from gateway.model.stream import value_in_unit
from gateway.web.event_stream import event
from gateway.web.technician.state_routes import DeviceView, IdentityView, LineView, LiveReading, LiveValue, LocalState, UplinkView
from gateway.web.watched_stream import WatchedStream

_EVERY_S = 1.0
"""How often viewers receive what has changed."""


class LocalStateService:
    """Reports how the gateway is, and publishes what changes while somebody looks; while nobody does, it costs nothing."""

    def __init__(self, present: Present) -> None:
        self._present = present
        self._started_ms = clock.up_ms()
        self._stream = WatchedStream(self._changes, _EVERY_S)

    async def close(self) -> None:
        """End every stream."""
        await self._stream.close()

    async def events(self) -> Response:
        """Return the stream of events."""
        state = await self.state()
        return self._stream.response(lambda: event("state", state) + event("values", self.values()))

    async def _changes(self) -> AsyncGenerator[bytes, None]:
        """Yield what has changed since the last time; at first, everything."""
        shown: dict[tuple[str, int], LatestReading] = {}
        while True:
            latest = {(one.device, one.reading.stream): one for one in self._present().lines.latest()}
            changed = [_live(one) for key, one in latest.items() if key not in shown or shown[key].reading is not one.reading]
            shown = latest
            yield (event("values", changed) if changed else b"") + event("state", await self.state())

    async def state(self) -> LocalState:
        """Return the present state."""
        parts = self._present()
        site, free = parts.site, free_share(parts.journal.file.path.parent)
        return LocalState(
            identity=IdentityView(site.id.site, site.id.operator, site.id.gateway, __version__, host_name()),
            up_s=int((clock.up_ms() - self._started_ms) / 1000),
            now_ms=parts.journal.now_ms(),
            clock=parts.clock.state,
            disk_free=None if free is None else round(100 * free, 1),
            readings=parts.recorder.recorded,
            ok=bool(parts.health()["ok"]),
            uplink=await _uplink(parts),
            lines=list(_lines(parts)),
        )

    def values(self) -> list[LiveReading]:
        """Return the last reading of each stream."""
        return [_live(one) for one in self._present().lines.latest()]


async def _uplink(parts: GatewayParts) -> UplinkView:
    settings, uplink = parts.site.uplink, parts.uplink
    try:
        waiting = await parts.thread.run(parts.journal.waiting_batches)
    except sqlite3.Error:
        waiting = None  # the journal's own upkeep reports that
    return UplinkView(
        broker=settings.broker if isinstance(settings.broker, str) else ", ".join(settings.broker),
        connected=uplink.mqtt.state.connected,
        confirm=settings.confirm,
        waiting=waiting,
        unconfirmed=len(uplink.sender.window),
        cloned_by=uplink.cloned_by,
        certificate_days=days_left(settings.tls.cert, parts.journal.now_ms()),
    )


def _lines(parts: GatewayParts) -> Iterator[LineView]:
    settings, lines = {line.id: line for line in parts.site.lines}, parts.lines
    for owner in lines.owners:
        line = settings[owner.name]
        load = 100 * sum(owner.quality(device).share for device in owner.devices)
        yield LineView(
            id=owner.name,
            port=line.serial or line.tcp or line.rtu_over_tcp or "",
            kind=_kind(line),
            broken=owner.broken,
            stalled=owner.stalled,
            load=round(load, 1),
            missed=owner.missed,
            devices=[_device(owner, number, lines) for number in range(len(owner.devices))],
        )


def _kind(line: LineSettings) -> Literal["serial", "tcp", "rtu_over_tcp"]:
    if line.serial is not None:
        return "serial"
    return "tcp" if line.tcp is not None else "rtu_over_tcp"


def _device(owner: LineOwner, number: int, lines: EdgeLines) -> DeviceView:
    device = owner.devices[number]
    return DeviceView(
        id=device.id,
        profile=device.profile.profile,
        model=f"{device.profile.vendor} {device.profile.model}",
        state=state_of(owner, number),
        asset=device.streams[0].stream.asset,
        unit=device.unit if device.profile.modbus is not None else None,
        every_s=device.groups[0].every_s,
        last_ms=lines.last_ms(device.id),
    )


def _live(latest: LatestReading) -> LiveReading:
    device, stream, reading = latest
    values = [
        LiveValue(field.name, value_in_unit(value, field.converter()), field.unit, name_of(reading.quality.get(place, 0)))
        for place, (field, value) in enumerate(zip(stream.fields, reading.values, strict=True))
    ]
    return LiveReading(device, stream.asset, stream.measurement, reading.t_ms, values)
