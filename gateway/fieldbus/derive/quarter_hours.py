"""Energy by the clock's quarter hour, from a meter's registers. Pure.

The register at the start of a quarter is that of the first reading in it, if that is soon enough. The energy of a quarter is the
difference of two such registers, so the quarters of a day add up to what the register counts. If either is missing, the quarter is
absent, never estimated. A new meter starts over; it is recognised by its serial number or by a register that decreased.
"""

from collections.abc import Iterator, Sequence

import msgspec

from gateway.fieldbus.binding.bound_device import BoundDevice, BoundStream
from gateway.model.batch import Value
from gateway.model.canonical import MEASUREMENTS, FieldKind, FieldType
from gateway.model.reading import Reading
from gateway.model.stream import Stream, StreamField
from gateway.model.units import Number

QUARTER_MS = 900_000

_SOON_MS = 60_000
"""How long after a quarter has started its first reading counts as the register at the start; at least two intervals of the device."""

_GAP_MS, _GAP_UNNAMED_MS = 30_000, 120_000
"""A meter without readings for so long (at least three intervals) may have been replaced: its serial number decides or, if it has none
and the gap is the longer one, it is assumed so."""

_INTERVALS = {"active_energy": "active_energy_interval", "reactive_energy": "reactive_energy_interval"}
_DECIMALS = 6


class Register(msgspec.Struct, frozen=True):
    """A register at the start of a quarter, as on the wire."""

    quarter: int
    raw: int | float


class Registers(msgspec.Struct, frozen=True):
    """The registers of one device at the start of the last quarter, by stream and field, and the meter that they belong to."""

    meter: str | None = None
    serial: str | None = None
    at: dict[str, Register] = {}


class _EnergyRegister:
    """One register of a stream and its quarters."""

    def __init__(self, bound: BoundStream, place: int, key: str, *, identified: bool) -> None:
        field = bound.stream.fields[place]
        self.place, self.key, self._wraps_at = place, key, field.wraps_at
        self._convert = field.converter()
        every_ms = int(1000 * bound.stream.every_s)
        self._soon_ms, self._gap_ms = max(_SOON_MS, 2 * every_ms), max(_GAP_MS if identified else _GAP_UNNAMED_MS, 3 * every_ms)
        self._identified = identified
        self.start: Register | None = None
        self._quarter: int | None = None
        self._last_ms: int | None = None
        self._in_doubt = False

    def restore(self, start: Register | None) -> None:
        """Continue after a restart, during which the meter may have been replaced."""
        self.start, self._in_doubt = start, self._identified
        self._quarter = start.quarter if start is not None else None

    def confirm(self) -> None:
        """Record that the meter is the same as before the last gap."""
        self._in_doubt = False

    def restart(self) -> None:
        """Start over: the meter was replaced."""
        self.start, self._quarter, self._in_doubt = None, None, False

    def seen(self, t_ms: int) -> None:
        """Record that the meter has a reading; after a gap it may have been replaced."""
        if self._last_ms is not None and t_ms - self._last_ms > self._gap_ms:
            self._in_doubt = True
        self._last_ms = t_ms

    def update(self, t_ms: int, raw: Number) -> float | None:
        """Update the register; return the energy of the quarter that this closes, if it is known."""
        quarter = t_ms // QUARTER_MS
        if quarter == self._quarter:
            return None
        self._quarter = quarter
        start, self.start = self.start, Register(quarter, raw) if t_ms % QUARTER_MS <= self._soon_ms else None
        # The doubt is whether the register at the start was this meter's; the next quarter starts with this one.
        doubted, self._in_doubt = self._in_doubt, False
        if start is None or self.start is None or start.quarter != quarter - 1 or doubted:
            return None
        return self._energy(start.raw, raw)

    def _energy(self, before: Number, after: Number) -> float | None:
        if self._wraps_at is not None:
            return float(self._convert((after - before) % self._wraps_at))
        if after < before:
            return None
        if isinstance(before, int) and isinstance(after, int):
            return float(self._convert(after - before))
        return round(self._convert(after) - self._convert(before), _DECIMALS)


class QuarterHours:
    """The quarter hours of one device. `streams` are those of its energies, numbered after the device's own."""

    def __init__(self, device: BoundDevice, stored: Registers | None) -> None:
        self._serial_at = _serial_at(device)
        self._first = len(device.streams)
        self._registers: dict[int, list[_EnergyRegister]] = {}
        self._number: dict[int, int] = {}
        streams: list[Stream] = []
        for number, bound in enumerate(device.streams):
            registers = list(_registers_of(bound, identified=self._serial_at is not None))
            if registers:
                self._registers[number], self._number[number] = registers, self._first + len(streams)
                streams.append(_stream(bound, registers))
        self.streams: tuple[Stream, ...] = tuple(streams)
        self._meter = next((bound.stream.tags["meter"] for bound in device.streams if "meter" in bound.stream.tags), None)
        self._serial: str | None = None
        self.changed = False
        """Whether the state has changed since the last call of `state`."""
        if stored is not None and stored.meter == self._meter:
            self._restore(stored)

    def _restore(self, stored: Registers) -> None:
        self._serial = stored.serial
        for one in self._all():
            one.restore(stored.at.get(one.key))

    def _all(self) -> Iterator[_EnergyRegister]:
        for registers in self._registers.values():
            yield from registers

    def state(self) -> Registers:
        """Return the state to store."""
        self.changed = False
        return Registers(self._meter, self._serial, {one.key: one.start for one in self._all() if one.start is not None})

    def process(self, readings: Sequence[Reading]) -> list[Reading]:
        """Return the energies of the quarters that the readings of one poll close."""
        if not self.streams:
            return []
        for reading in readings:
            for one in self._registers.get(reading.stream, ()):
                if reading.values[one.place] is not None:
                    one.seen(reading.t_ms)
        for reading in readings:
            self._identify(reading)
        closed: list[Reading] = []
        for reading in readings:
            registers = self._registers.get(reading.stream)
            if registers is not None:
                closed.extend(self._close(reading, registers))
        return closed

    def _identify(self, reading: Reading) -> None:
        """Check the serial number, if the reading contains it."""
        if self._serial_at is None or reading.stream != self._serial_at[0]:
            return
        serial = reading.values[self._serial_at[1]]
        if serial is None:
            return
        same = self._serial in (None, str(serial))
        self.changed = self.changed or self._serial != str(serial)
        self._serial = str(serial)
        for one in self._all():
            if same:
                one.confirm()
            else:
                one.restart()

    def _close(self, reading: Reading, registers: Sequence[_EnergyRegister]) -> Iterator[Reading]:
        energies: list[Value] = []
        for one in registers:
            raw, start = reading.values[one.place], one.start
            energies.append(one.update(reading.t_ms, raw) if isinstance(raw, int | float) else None)
            self.changed = self.changed or one.start is not start
        if any(energy is not None for energy in energies):
            t_ms = reading.t_ms // QUARTER_MS * QUARTER_MS
            yield Reading(self._number[reading.stream], t_ms, energies, {})


def _registers_of(bound: BoundStream, *, identified: bool) -> Iterator[_EnergyRegister]:
    stream, names = bound.stream, [field.name for field in bound.stream.fields]
    for name, interval in _INTERVALS.items():
        if name in names and interval not in names and MEASUREMENTS[stream.measurement][name].kind is FieldKind.COUNTER:
            key = "/".join([stream.asset, stream.measurement, *(f"{tag}={text}" for tag, text in sorted(stream.tags.items())), name])
            yield _EnergyRegister(bound, names.index(name), key, identified=identified)


def _stream(bound: BoundStream, registers: Sequence[_EnergyRegister]) -> Stream:
    names = [_INTERVALS[bound.stream.fields[one.place].name] for one in registers]
    canonical = [MEASUREMENTS[bound.stream.measurement][name] for name in names]
    fields = tuple(StreamField(field.name, FieldType.FLOAT, field.unit) for field in canonical)
    return msgspec.structs.replace(bound.stream, fields=fields, every_s=QUARTER_MS / 1000)


def _serial_at(device: BoundDevice) -> tuple[int, int] | None:
    """Return the stream and the field that contain a meter's serial number."""
    for number, bound in enumerate(device.streams):
        for place, field in enumerate(bound.stream.fields):
            if bound.stream.measurement == "device" and field.name == "serial_number":
                return number, place
    return None
