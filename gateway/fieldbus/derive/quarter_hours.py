"""Energy by the clock's quarter hour, from a meter's registers.

The register at a quarter's beginning is that of the first reading in it, if that came soon; the energy of a closed quarter is the
difference of two such registers, so that the quarters of a day add up to what the register says. A quarter without
both is absent, never guessed. A new meter begins anew: one is known by its serial number, and by a register that fell.
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
"""So long after a boundary a reading still tells the register at it (or two of the device's intervals, where those are longer)."""

_GAP_MS, _GAP_UNNAMED_MS = 30_000, 120_000
"""A meter that was away for so long (or three intervals) may be another one when it comes back: one that tells its number says
whether it is; of one that does not, only a longer absence counts."""

_INTERVALS = {"active_energy": "active_energy_interval", "reactive_energy": "reactive_energy_interval"}
_DECIMALS = 6


class Register(msgspec.Struct, frozen=True):
    """A register at the beginning of a quarter, as it stands on the wire."""

    quarter: int
    raw: int | float


class Registers(msgspec.Struct, frozen=True):
    """The registers of one device at the last boundary, by their stream and field, and the meter that they are of."""

    meter: str | None = None
    serial: str | None = None
    at: dict[str, Register] = {}


class _Counted:
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

    def recall(self, start: Register | None) -> None:
        """Go on from before a restart, during which the meter may have been replaced."""
        self.start, self._in_doubt = start, self._identified
        self._quarter = start.quarter if start is not None else None

    def confirm(self) -> None:
        """Note that the meter was seen to be the same since the last gap."""
        self._in_doubt = False

    def restart(self) -> None:
        """Begin anew: it is another meter."""
        self.start, self._quarter, self._in_doubt = None, None, False

    def came(self, t_ms: int) -> None:
        """Note that the meter answered; after a gap it may be another one."""
        if self._last_ms is not None and t_ms - self._last_ms > self._gap_ms:
            self._in_doubt = True
        self._last_ms = t_ms

    def take(self, t_ms: int, raw: Number) -> float | None:
        """Take a register; gives the energy of the quarter that it closes, if it closes one."""
        quarter = t_ms // QUARTER_MS
        if quarter == self._quarter:
            return None
        self._quarter = quarter
        start, self.start = self.start, Register(quarter, raw) if t_ms % QUARTER_MS <= self._soon_ms else None
        # Doubt is about whether the register at the beginning was this meter's; the next quarter begins with it.
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
    """The quarter hours of one device. `streams` are those of its energies, numbered behind the device's own."""

    def __init__(self, device: BoundDevice, known: Registers | None) -> None:
        self._serial_at = _serial_at(device)
        self._first = len(device.streams)
        self._counted: dict[int, list[_Counted]] = {}
        self._number: dict[int, int] = {}
        streams: list[Stream] = []
        for number, bound in enumerate(device.streams):
            counted = list(_counted(bound, identified=self._serial_at is not None))
            if counted:
                self._counted[number], self._number[number] = counted, self._first + len(streams)
                streams.append(_stream(bound, counted))
        self.streams: tuple[Stream, ...] = tuple(streams)
        self._meter = next((bound.stream.tags["meter"] for bound in device.streams if "meter" in bound.stream.tags), None)
        self._serial: str | None = None
        self.changed = False
        """Whether there is something to keep that was not kept yet."""
        if known is not None and known.meter == self._meter:
            self._recall(known)

    def _recall(self, known: Registers) -> None:
        self._serial = known.serial
        for one in self._all():
            one.recall(known.at.get(one.key))

    def _all(self) -> Iterator[_Counted]:
        for counted in self._counted.values():
            yield from counted

    def to_keep(self) -> Registers:
        """Give what to keep over a restart."""
        self.changed = False
        return Registers(self._meter, self._serial, {one.key: one.start for one in self._all() if one.start is not None})

    def take(self, readings: Sequence[Reading]) -> list[Reading]:
        """Take a device's readings; gives the energies of the quarters that they close."""
        if not self.streams:
            return []
        for reading in readings:
            for one in self._counted.get(reading.stream, ()):
                if reading.values[one.place] is not None:
                    one.came(reading.t_ms)
        for reading in readings:
            self._identify(reading)
        closed: list[Reading] = []
        for reading in readings:
            counted = self._counted.get(reading.stream)
            if counted is not None:
                closed.extend(self._close(reading, counted))
        return closed

    def _identify(self, reading: Reading) -> None:
        """See whether it is still the same meter."""
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

    def _close(self, reading: Reading, counted: Sequence[_Counted]) -> Iterator[Reading]:
        energies: list[Value] = []
        for one in counted:
            raw, start = reading.values[one.place], one.start
            energies.append(one.take(reading.t_ms, raw) if isinstance(raw, int | float) else None)
            self.changed = self.changed or one.start is not start
        if any(energy is not None for energy in energies):
            t_ms = reading.t_ms // QUARTER_MS * QUARTER_MS
            yield Reading(self._number[reading.stream], t_ms, energies, {})


def _counted(bound: BoundStream, *, identified: bool) -> Iterator[_Counted]:
    stream, names = bound.stream, [field.name for field in bound.stream.fields]
    for name, interval in _INTERVALS.items():
        if name in names and interval not in names and MEASUREMENTS[stream.measurement][name].kind is FieldKind.COUNTER:
            key = "/".join([stream.asset, stream.measurement, *(f"{tag}={text}" for tag, text in sorted(stream.tags.items())), name])
            yield _Counted(bound, names.index(name), key, identified=identified)


def _stream(bound: BoundStream, counted: Sequence[_Counted]) -> Stream:
    names = [_INTERVALS[bound.stream.fields[one.place].name] for one in counted]
    canonical = [MEASUREMENTS[bound.stream.measurement][name] for name in names]
    fields = tuple(StreamField(field.name, FieldType.FLOAT, field.unit) for field in canonical)
    return msgspec.structs.replace(bound.stream, fields=fields, every_s=QUARTER_MS / 1000)


def _serial_at(device: BoundDevice) -> tuple[int, int] | None:
    """Give the stream and the field that tell a meter's serial number."""
    for number, bound in enumerate(device.streams):
        for place, field in enumerate(bound.stream.fields):
            if bound.stream.measurement == "device" and field.name == "serial_number":
                return number, place
    return None
