"""What lighting analytics finds in a simulated town, from the town's truth: expected power, nights, and what is wrong at panels. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.analytics.results import ANALYTICS, DAY, FINDING, KIND_TAG, QUARTER, FindingKind
from gateway.centre.series_rows import Origin, StoredRow, origin
from gateway.model.batch import Value
from gateway.model.stream import Stream, canonical_fields
from gateway.model.topics import GatewayId
from gateway.simulate.history.lighting import BASE_W, LightingPanel, lamp_power, panel_troubles
from gateway.simulate.history.sky import programmed_level
from gateway.simulate.history.town import SITE, TownPanel, Troubles

_QUARTER = canonical_fields(
    QUARTER, "scheduled_level", "lamps_out", "active_power", "expected_power", "energy", "expected_energy", "burning_time", "scheduled_time"
)
_DAY = canonical_fields(
    DAY, "energy", "expected_energy", "energy_deviation", "burning_time", "scheduled_time", "lamps", "lamps_out", "availability"
)
_FINDING = canonical_fields(FINDING)
QUARTER_S, DAY_S, _NOON_S = 900.0, 86_400.0, 39_600.0
"""The days of analytics begin at noon in Prato, which is 11:00 UTC in winter."""


@dataclass
class _Night:
    """What has come together since noon: energies in Wh, times in seconds."""

    since_s: float
    energy_wh: float = 0.0
    expected_wh: float = 0.0
    burning_s: float = 0.0
    due_s: float = 0.0
    lost_s: float = 0.0


class PanelFindings:
    """What analytics writes about one panel; asked for in the order of time."""

    def __init__(self, panel: TownPanel, of: LightingPanel, troubles: Troubles) -> None:
        self._panel, self._of, self._lamps = panel, of, len(panel.lamps)
        self._failures = panel_troubles(panel, troubles).failures
        self._wrong = [
            (kind, found[panel.asset], critical, magnitude)
            for kind, found, critical, magnitude in (
                (FindingKind.OUTAGE, troubles.dark, True, float(self._lamps)),
                (FindingKind.DAY_BURNER, troubles.burning, False, self._lamps * lamp_power(100)),
                (FindingKind.PHASE_LOSS, troubles.phase_lost, True, 1.0),
            )
            if panel.asset in found
        ]
        self._quarter, self._day = self._origin(QUARTER, {}), self._origin(DAY, {})
        self._found = {kind: self._origin(FINDING, {KIND_TAG: kind}) for kind, *_ in self._wrong}
        self._night: _Night | None = None

    def _origin(self, measurement: str, tags: dict[str, str]) -> Origin:
        fields = {QUARTER: _QUARTER, DAY: _DAY, FINDING: _FINDING}[measurement]
        me = GatewayId(SITE, self._panel.gateway.operator, ANALYTICS)
        own = tags | {"area": self._panel.area}
        return origin(me, Stream(self._panel.asset, self._panel.asset, ANALYTICS, measurement, fields, 0.0, own))

    def _out(self, t_s: float) -> int:
        failed = sum(t_s in failure for failure in self._failures)
        return self._lamps if programmed_level(t_s) and not self._of.level(t_s) else failed

    def quarter(self, t_s: float) -> Iterator[StoredRow]:
        """Yield the row of a quarter hour that begins at a time, at noon that of the day before, and active findings."""
        night = self._night = self._night or _Night(t_s)
        wanted, level, out = programmed_level(t_s), self._of.level(t_s), self._out(t_s)
        expected = BASE_W + self._lamps * lamp_power(wanted)
        power = BASE_W + (self._lamps - out) * lamp_power(level)
        night.energy_wh += power / 4
        night.expected_wh += expected / 4
        burning_s, due_s = QUARTER_S if level else 0.0, QUARTER_S if wanted else 0.0
        night.burning_s += burning_s
        night.due_s += due_s
        night.lost_s += QUARTER_S * out / self._lamps if wanted else 0.0
        values: list[Value] = [
            float(wanted), float(out) if wanted else None, round(power, 1), round(expected, 1), round(power / 4, 1), round(expected / 4, 1),
            burning_s, due_s,
        ]  # fmt: skip
        t_ms = int(1000 * t_s)
        yield StoredRow(self._quarter, t_ms, values)
        for kind, period, critical, magnitude in self._wrong:  # as by analytics: at its beginning, and again while it lasts
            began_ms = int(1000 * period.from_s)
            if t_s in period:
                yield StoredRow(self._found[kind], began_ms, [round(t_s - period.from_s), True, critical, magnitude])
            elif period.to_s <= t_s < period.to_s + QUARTER_S:
                yield StoredRow(self._found[kind], began_ms, [round(period.to_s - period.from_s), False, critical, magnitude])
        if t_s % DAY_S == _NOON_S:
            self._night = _Night(t_s)
            if t_s - DAY_S >= night.since_s:  # a day that is whole
                yield self._day_row(t_s, night)

    def _day_row(self, t_s: float, night: _Night) -> StoredRow:
        deviation = 100 * (night.energy_wh / night.expected_wh - 1)
        availability = 100 * (1 - night.lost_s / night.due_s) if night.due_s else 100.0
        values: list[Value] = [
            round(night.energy_wh, 1), round(night.expected_wh, 1), round(deviation, 2), night.burning_s, night.due_s, self._lamps,
            float(self._out(t_s - DAY_S / 2)), round(availability, 2),
        ]  # fmt: skip
        return StoredRow(self._day, int(1000 * (t_s - DAY_S)), values)
