"""Every row of a simulated town's history, a few hours at a time. Pure."""

from collections.abc import Iterator, Sequence

from gateway.centre.series_rows import Origin, StoredRow, origin
from gateway.model.batch import Value
from gateway.simulate.history.findings import PanelFindings
from gateway.simulate.history.gateways import HOUR_S, DeviceSeries, GatewaySeries, TownDevice, centre_row, event_rows, gap_rows
from gateway.simulate.history.lighting import CABINET_PROFILE, DALI_PROFILE, METER_PROFILE, QUARTER_S, LampSeries, LightingPanel
from gateway.simulate.history.rollouts import rollout_rows
from gateway.simulate.history.sensors import PROFILES, SensorSeries, sensor_series
from gateway.simulate.history.sky import NoiseTable
from gateway.simulate.history.town import Period, Town, TownPanel, town, troubles

LAMPS_EVERY_S, HEALTH_EVERY_S, _BATCH_S = 900.0, 300.0, 600.0
"""Lamps are read, and health is reported, at this interval or at that of all devices, whichever is longer."""


class History:
    """A town of so many assets over a period. Its hours are asked for in order, as counters go on from one to the next."""

    def __init__(self, assets: int, whole: Period, every_s: float, seed: int) -> None:
        self.town: Town = town(assets)
        self.whole, self._every_s = whole, every_s
        self.troubles = troubles(self.town, whole)
        noise = NoiseTable(seed)
        self._gateways = {
            one.gateway: GatewaySeries(number, one, self.troubles, noise, whole) for number, one in enumerate(self.town.gateways)
        }
        self._panels = [_Panel(number, panel, self, noise) for number, panel in enumerate(self.town.panels)]
        self._sensors: list[tuple[GatewaySeries, Origin, SensorSeries]] = []
        for number, sensor in enumerate(self.town.sensors):
            for series in sensor_series(number, sensor, every_s, self.troubles, noise):
                self._sensors.append((self._gateways[sensor.gateway.gateway], origin(sensor.gateway, series.stream), series))
        self._devices = [
            DeviceSeries(number, device, self._gateways[device.gateway.gateway], noise) for number, device in enumerate(self.devices())
        ]

    def gateway(self, panel: TownPanel) -> GatewaySeries:
        """Return the gateway of a panel."""
        return self._gateways[panel.gateway.gateway]

    def devices(self) -> Iterator[TownDevice]:
        """Yield every device of the town."""
        hourly = max(1, int(HOUR_S / self._every_s))
        for panel in self.town.panels:
            for part, profile in (("meter", METER_PROFILE), ("cabinet", CABINET_PROFILE)):
                yield TownDevice(f"{panel.asset}-{part}", profile, panel.gateway, f"panel-{panel.asset[3:]}", hourly)
            lamps = max(1, int(HOUR_S / max(LAMPS_EVERY_S, self._every_s))) * len(panel.lamps)
            yield TownDevice(f"{panel.asset}-dali", DALI_PROFILE, panel.gateway, f"dali-{panel.asset[3:]}", lamps)
        for sensor in self.town.sensors:
            yield TownDevice(f"{sensor.asset}-sensor", PROFILES[sensor.kind], sensor.gateway, f"line-{sensor.kind}", hourly)

    def once(self) -> Iterator[StoredRow]:
        """Yield the rows that are of the town as a whole: gaps, alarms and a roll-out of firmware."""
        yield from gap_rows(self.town, self.troubles, self.whole)
        yield from event_rows(self.town, self.troubles, self.whole)
        yield from rollout_rows(self.town, self.whole)

    def part(self, period: Period) -> Iterator[StoredRow]:
        """Yield the rows of a part of the history, one stream after the other."""
        for panel in self._panels:
            yield from panel.rows(period, self._every_s)
        for of, source, series in self._sensors:
            for t_s in _times(period, series.stream.every_s):
                if t_s not in of.dead:
                    yield StoredRow(source, int(1000 * t_s), series.values(t_s))
        for one in self._gateways.values():
            yield from self._of_gateway(one, period)
        for t_s in _times(period, HOUR_S):
            for device in self._devices:
                yield from device.hour(t_s)
        for t_s in _times(period, max(HEALTH_EVERY_S, self._every_s)):
            yield centre_row(t_s, self.whole, len(self.town.gateways))

    def _of_gateway(self, one: GatewaySeries, period: Period) -> Iterator[StoredRow]:
        source = origin(one.me, one.health)
        for t_s in _times(period, max(HEALTH_EVERY_S, self._every_s)):
            if (values := one.health_values(t_s)) is not None:
                yield StoredRow(source, int(1000 * t_s), values)
        for t_s in _times(period, max(_BATCH_S, self._every_s)):
            yield from one.batch_rows(t_s)


class _Panel:
    """The series of a panel and of its lamps."""

    def __init__(self, number: int, panel: TownPanel, of: History, noise: NoiseTable) -> None:
        self._gateway = of.gateway(panel)
        self._panel = LightingPanel(number, panel, of.troubles, noise)
        self._findings = PanelFindings(panel, self._panel, of.troubles)
        me = panel.gateway
        self._meter, self._quarter, self._cabinet = (
            origin(me, one) for one in (self._panel.meter, self._panel.quarter, self._panel.cabinet)
        )
        lamps = [LampSeries(number * 100 + at, lamp, self._panel, panel, of.troubles, noise) for at, lamp in enumerate(panel.lamps)]
        self._lamps = [(origin(me, lamp.stream), lamp) for lamp in lamps]

    def rows(self, period: Period, every_s: float) -> Iterator[StoredRow]:
        for t_s in _times(period, every_s):
            drawn = self._panel.meter_values(t_s)
            if t_s in self._gateway.dead:
                continue
            t_ms = int(1000 * t_s)
            yield StoredRow(self._meter, t_ms, drawn)
            yield StoredRow(self._cabinet, t_ms, self._panel.cabinet_values(t_s))
            if t_s % max(QUARTER_S, every_s) == 0:
                yield StoredRow(self._quarter, t_ms, self._panel.quarter_values())
        for t_s in _times(period, max(QUARTER_S, every_s)):
            yield from self._findings.quarter(t_s)
        for source, lamp in self._lamps:
            for t_s in _times(period, max(LAMPS_EVERY_S, every_s)):
                read: Sequence[Value] | None = lamp.values(t_s)
                if read is not None and t_s not in self._gateway.dead:
                    yield StoredRow(source, int(1000 * t_s), read)


def _times(period: Period, every_s: float) -> Iterator[float]:
    """Yield the whole multiples of an interval in a period."""
    t_s = -(-period.from_s // every_s) * every_s
    while t_s < period.to_s:
        yield t_s
        t_s += every_s
