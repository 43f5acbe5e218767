"""What is read of one panel from a store: its minutes and its energies. Pure, but for the reader that it is given."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gateway.analytics.energy_quarters import RegisterReading, quarter_energies, summed
from gateway.analytics.panel import MINUTE_MS, QUARTER_MS, PanelMinute
from gateway.analytics.results import AREA_TAG
from gateway.analytics.sun import Interval
from gateway.centre.stores.port import SelectedPoint, SelectedSeries, Span, StoreReader, Tags
from gateway.model.batch import Value

_PHASES = ("l1", "l2", "l3")
_METER_FIELDS = ("active_power", "power_factor", *(f"voltage_{one}" for one in _PHASES), *(f"active_power_{one}" for one in _PHASES))
_CABINET_FIELDS = ("relay_state", "circuit_breaker_tripped")
_STATE_HOLDS_MS = 15 * MINUTE_MS
"""How long a state counts after it was read."""


class PanelReadings(NamedTuple):
    """The readings of one panel in a span; `operator` is None if there are none, `area` empty if no device has this tag."""

    operator: str | None
    minutes: list[PanelMinute]
    energies: dict[int, float]
    area: str = ""


def read_panel(reader: StoreReader, asset: str, span: Interval) -> PanelReadings:
    """Return the readings of a panel in a span.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    where = {"asset": asset}
    meters = list(reader.select("lighting_meter", _METER_FIELDS, where, Span(*span), MINUTE_MS))
    cabinets = list(reader.select("lighting_cabinet", _CABINET_FIELDS, where, Span(*span), MINUTE_MS))
    found = [*meters, *cabinets]
    minutes = _minutes(meters, cabinets) if found else []
    return PanelReadings(_newest_tag(found, "operator"), minutes, read_energies(reader, asset, span), _newest_tag(found, AREA_TAG) or "")


def _newest_tag(series: Iterable[SelectedSeries], name: str) -> str | None:
    """Return a tag of the series that has it and was read last: it may change within a day."""
    tagged = [(one.points[-1].t_ms, value) for one in series if (value := dict(one.tags).get(name)) is not None]
    return max(tagged, key=lambda one: one[0], default=(0, None))[1]


def read_energies(reader: StoreReader, asset: str, span: Interval, field: str = "active_energy") -> dict[int, float]:
    """Return the energy of a panel in each quarter hour of a span, in watt-hours, or another counter's increase.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    where = {"asset": asset}
    before = Interval(span.from_ms - QUARTER_MS, span.to_ms)
    ends = Span(span.from_ms + QUARTER_MS, span.to_ms + QUARTER_MS)  # a gateway writes the energy of a quarter hour when it ends
    by_device: dict[str, dict[int, float]] = defaultdict(dict)
    for meter, lasts in read_registers(reader, asset, before, field, QUARTER_MS).items():
        by_device[meter.device] |= quarter_energies(lasts)
    for one in reader.select("lighting_meter", [f"{field}_interval"], where, ends):
        exact = {t_ms - QUARTER_MS: float(value) for t_ms, (value,) in one.points if isinstance(value, int | float)}
        by_device[device_of(one.tags)] |= exact
    energies = summed(list(by_device.values()))
    return {t_ms: energy for t_ms, energy in energies.items() if span.from_ms <= t_ms < span.to_ms}


class MeterRegister(NamedTuple):
    """A register: the meter's device, and the number of the meter, which is another one after it was replaced."""

    device: str
    meter: str


def read_registers(
    reader: StoreReader, asset: str, span: Interval, field: str, step_ms: int | None = None
) -> dict[MeterRegister, list[RegisterReading]]:
    """Return the readings of each register of a panel in a span, oldest first; with `step_ms`, the last of each window, at its beginning.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    found: dict[MeterRegister, dict[int, float]] = defaultdict(dict)
    series = reader.select("lighting_meter", [field], {"asset": asset}, Span(*span), step_ms)
    for one in sorted(series, key=lambda one: one.points[-1].t_ms):
        register = MeterRegister(device_of(one.tags), dict(one.tags).get("meter", ""))
        found[register] |= {t_ms: float(value) for t_ms, (value,) in one.points if isinstance(value, int | float)}
    return {register: [RegisterReading(*one) for one in sorted(values.items())] for register, values in found.items()}


def device_of(tags: Tags) -> str:
    """Return the meter of a series: what tells it apart from others of the panel. A change of other tags begins a series, not a meter."""
    return "/".join(value for key, value in tags if key in ("gateway", "device", "circuit"))


def _minutes(meters: Sequence[SelectedSeries], cabinets: Sequence[SelectedSeries]) -> list[PanelMinute]:
    by_meter: dict[str, dict[int, tuple[Value, ...]]] = defaultdict(dict)
    for one in meters:
        _merge(by_meter[device_of(one.tags)], one.points)
    states: dict[int, tuple[Value, ...]] = {}
    for one in cabinets:
        _merge(states, one.points)
    found: list[PanelMinute] = []
    held: tuple[int, tuple[Value, ...]] | None = None
    for t_ms in sorted({*states, *(t_ms for rows in by_meter.values() for t_ms in rows)}):
        held = (t_ms, states[t_ms]) if t_ms in states else held
        state = held[1] if held is not None and t_ms - held[0] <= _STATE_HOLDS_MS else (None, None)
        found.append(_minute(t_ms, [rows[t_ms] for rows in by_meter.values() if t_ms in rows], len(by_meter), state))
    return found


def _merge(known: dict[int, tuple[Value, ...]], points: Iterable[SelectedPoint]) -> None:
    """Add the points of one more series; its values replace those of others at the same time."""
    for t_ms, values in points:
        before = known.get(t_ms, (None,) * len(values))
        known[t_ms] = tuple(old if new is None else new for old, new in zip(before, values, strict=True))


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
