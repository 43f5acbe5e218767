"""What a gateway makes of a device's readings before they go on: computed fields, modes, alarms, energy by the quarter hour.

Most devices need nothing of it; their readings pass as they are.
"""

from collections.abc import Callable, Sequence

import msgspec

from gateway.fieldbus.binding.bound_device import BoundDevice, BoundStream
from gateway.fieldbus.derive.alarms import ActiveAlarms, AlarmEvents
from gateway.fieldbus.derive.computed_fields import ComputedFields
from gateway.fieldbus.derive.quarter_hours import QuarterHours, Registers
from gateway.model.reading import Reading
from gateway.model.stream import Stream


class ProcessorState(msgspec.Struct, frozen=True):
    """What a gateway keeps of one device over a restart: its registers, and its alarms that are active."""

    registers: Registers = Registers()
    active: list[str] = []


class Processor:
    """Refines the readings of one device. `streams` are those that its refined readings are numbered by."""

    def __init__(self, device: BoundDevice, known: ProcessorState | None = None) -> None:
        known = known or ProcessorState()
        self._active = ActiveAlarms(set(known.active))
        self._stages = [_stage(device, bound, self._active) for bound in device.streams]
        self._quarters = QuarterHours(device, known.registers)
        self.streams: tuple[Stream, ...] = (*(bound.stream for bound in device.streams), *self._quarters.streams)
        self.plain = not self._quarters.streams and not any(self._stages)
        """Whether its readings pass as they are."""

    def to_keep(self) -> ProcessorState | None:
        """Give what to keep over a restart, where that changed since the last look."""
        if not (self._quarters.changed or self._active.changed):
            return None
        self._active.changed = False
        return ProcessorState(self._quarters.to_keep(), sorted(self._active.alarms))

    def take(self, readings: Sequence[Reading]) -> Sequence[Reading]:
        """Refine what came of a device at one time."""
        if self.plain:
            return readings
        refined: list[Reading] = []
        for reading in readings:
            stage = self._stages[reading.stream]
            refined.extend(stage(reading) if stage is not None else (reading,))
        return [*refined, *self._quarters.take(readings)]


def _stage(device: BoundDevice, bound: BoundStream, active: ActiveAlarms) -> "Callable[[Reading], Sequence[Reading]] | None":
    if bound.rules is None:
        return None
    converters = [slot.field.converter() for slot in device.slots[bound.first : bound.last]]
    if bound.rules.alarms:
        return AlarmEvents(bound, bound.rules.alarms, converters, active)
    return ComputedFields(bound, bound.rules, converters, device)
