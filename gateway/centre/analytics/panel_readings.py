"""What is read of one panel from a store: its minutes and its energies. Pure, but for the reader that it is given."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gateway.analytics.energy_quarters import RegisterReading, quarter_energies, summed
from gateway.analytics.panel import MINUTE_MS, QUARTER_MS, PanelMinute
from gateway.analytics.sun import Interval
from gateway.centre.stores.port import SelectedPoint, SelectedSeries, Span, StoreReader, Tags
from gateway.model.batch import Value

_PHASES = ("l1", "l2", "l3")
_METER_FIELDS = ("active_power", "power_factor", *(f"voltage_{one}" for one in _PHASES), *(f"active_power_{one}" for one in _PHASES))
_CABINET_FIELDS = ("relay_state", "circuit_breaker_tripped")
_STATE_HOLDS_MS = 15 * MINUTE_MS
"""How long a state counts after it was read."""


class PanelReadings(NamedTuple):
    """The readings of one panel in a span; `operator` is None if there are none."""

    operator: str | None
    minutes: list[PanelMinute]
    energies: dict[int, float]


def read_panel(reader: StoreReader, asset: str, span: Interval) -> PanelReadings:
    """Return the readings of a panel in a span.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    where = {"asset": asset}
    meters = list(reader.select("lighting_meter", _METER_FIELDS, where, Span(*span), MINUTE_MS))
    cabinets = list(reader.select("lighting_cabinet", _CABINET_FIELDS, where, Span(*span), MINUTE_MS))
    operators = [operator for one in [*meters, *cabinets] if (operator := dict(one.tags).get("operator")) is not None]
    minutes = _minutes(meters, cabinets) if meters or cabinets else []
    return PanelReadings(operators[0] if operators else None, minutes, read_energies(reader, asset, span))


def read_energies(reader: StoreReader, asset: str, span: Interval, field: str = "active_energy") -> dict[int, float]:
    """Return the energy of a panel in each quarter hour of a span, in watt-hours, or another counter's increase.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    where = {"asset": asset}
    before = Span(span.from_ms - QUARTER_MS, span.to_ms)
    lasts = {device_of(one.tags): registers(one.points) for one in reader.select("lighting_meter", [field], where, before, QUARTER_MS)}
    exact: dict[str, dict[int, float]] = defaultdict(dict)
    ends = Span(span.from_ms + QUARTER_MS, span.to_ms + QUARTER_MS)  # a gateway writes the energy of a quarter hour when it ends
    for one in reader.select("lighting_meter", [f"{field}_interval"], where, ends):
        exact[device_of(one.tags)] |= {t_ms - QUARTER_MS: float(value) for t_ms, (value,) in one.points if isinstance(value, int | float)}
    meters = [quarter_energies(lasts.get(device, []), exact.get(device, {})) for device in sorted({*lasts, *exact})]
    return {t_ms: energy for t_ms, energy in summed(meters).items() if span.from_ms <= t_ms < span.to_ms}


def registers(points: Iterable[SelectedPoint]) -> list[RegisterReading]:
    """Return the points of a counter as readings of a register."""
    return [RegisterReading(t_ms, float(value)) for t_ms, (value, *_) in points if isinstance(value, int | float)]


def device_of(tags: Tags) -> str:
    """Return the meter of a series: what tells it apart from others of the panel."""
    return "/".join(value for key, value in tags if key in ("gateway", "device", "circuit"))


def _minutes(meters: Sequence[SelectedSeries], cabinets: Sequence[SelectedSeries]) -> list[PanelMinute]:
    by_minute: dict[int, list[tuple[Value, ...]]] = defaultdict(list)
    for one in meters:
        for t_ms, values in one.points:
            by_minute[t_ms].append(values)
    states = _states(cabinets)
    found: list[PanelMinute] = []
    held: tuple[int, tuple[Value, ...]] | None = None
    for t_ms in sorted({*by_minute, *states}):
        held = (t_ms, states[t_ms]) if t_ms in states else held
        state = held[1] if held is not None and t_ms - held[0] <= _STATE_HOLDS_MS else (None, None)
        found.append(_minute(t_ms, by_minute.get(t_ms, []), len(meters), state))
    return found


def _states(cabinets: Sequence[SelectedSeries]) -> dict[int, tuple[Value, ...]]:
    found: dict[int, tuple[Value, ...]] = {}
    for one in cabinets:
        for t_ms, values in one.points:
            known = found.get(t_ms, (None,) * len(values))
            found[t_ms] = tuple(old if new is None else new for old, new in zip(known, values, strict=True))
    return found


def _minute(t_ms: int, rows: Sequence[tuple[Value, ...]], meters: int, state: Sequence[Value]) -> PanelMinute:
    """Return one minute; the power is that of all meters, or unknown."""
    powers = [power for row in rows if (power := _power(row)) is not None]
    voltages = [_mean(row[number] for row in rows) for number in (2, 3, 4)]
    contactor, tripped = (one if isinstance(one, bool) else None for one in state)
    return PanelMinute(
        t_ms,
        sum(powers) if len(powers) == meters else None,
        (voltages[0], voltages[1], voltages[2]),
        _mean(row[1] for row in rows),
        contactor,
        tripped,
    )


def _power(row: Sequence[Value]) -> float | None:
    total, phases = row[0], [value for value in row[5:8] if isinstance(value, int | float)]
    if isinstance(total, int | float):
        return float(total)
    return float(sum(phases)) if phases else None


def _mean(values: Iterable[Value]) -> float | None:
    present = [float(value) for value in values if isinstance(value, int | float)]
    return sum(present) / len(present) if present else None
