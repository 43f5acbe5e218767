"""Processes a device's readings before they are recorded: computed fields, modes, alarms, recognition, energy by the quarter hour. Pure.

The readings of most devices pass unchanged.
"""

from collections.abc import Callable, Sequence

import msgspec

from gateway.fieldbus.binding.bound_device import BoundDevice, BoundStream
from gateway.fieldbus.derive.alarms import ActiveAlarms, AlarmEvents
from gateway.fieldbus.derive.computed_fields import ComputedFields
from gateway.fieldbus.derive.quarter_hours import QuarterHours, Registers
from gateway.fieldbus.derive.recognition import Doubt, Recognition
from gateway.model.reading import Reading
from gateway.model.stream import Stream


class ProcessorState(msgspec.Struct, frozen=True):
    """The state of one device that survives a restart of the gateway: its registers and its active alarms."""

    registers: Registers = Registers()
    active: list[str] = []


class Processor:
    """Processes the readings of one device. `streams` are those of the processed readings."""

    def __init__(self, device: BoundDevice, stored: ProcessorState | None = None) -> None:
        stored = stored or ProcessorState()
        self._active = ActiveAlarms(set(stored.active))
        self._stages = [_stage(device, bound, self._active) for bound in device.streams]
        self._quarters = QuarterHours(device, stored.registers)
        self._recognition = Recognition(device, self._active)
        own = (self._recognition.stream,) if self._recognition.stream is not None else ()
        self.streams: tuple[Stream, ...] = (*(bound.stream for bound in device.streams), *self._quarters.streams, *own)
        self._plain = not self._quarters.streams and not any(self._stages)

    @property
    def doubt(self) -> Doubt | None:
        """Why the device does not look like the product of its profile, as its last polls show; None if it does."""
        return self._recognition.doubt

    def changed_state(self) -> ProcessorState | None:
        """Return the state to store if it has changed since the last call."""
        if not (self._quarters.changed or self._active.changed):
            return None
        self._active.changed = False
        return ProcessorState(self._quarters.state(), sorted(self._active.alarms))

    def process(self, readings: Sequence[Reading]) -> Sequence[Reading]:
        """Process the readings of one poll. If they pass unchanged, they are returned themselves, and no state has changed."""
        events = self._recognition.process(readings, len(self.streams) - 1)
        if self._plain:
            return [*readings, *events] if events else readings
        processed: list[Reading] = [*events]
        for reading in readings:
            stage = self._stages[reading.stream]
            processed.extend(stage(reading) if stage is not None else (reading,))
        return [*processed, *self._quarters.process(readings)]


def _stage(device: BoundDevice, bound: BoundStream, active: ActiveAlarms) -> "Callable[[Reading], Sequence[Reading]] | None":
    if bound.rules is None:
        return None
    converters = [slot.field.converter() for slot in device.slots[bound.first : bound.last]]
    if bound.rules.identities:
        return _judged_elsewhere
    if bound.rules.alarms:
        return AlarmEvents(bound, bound.rules.alarms, converters, active)
    return ComputedFields(bound, bound.rules, converters, device)


def _judged_elsewhere(_reading: Reading) -> Sequence[Reading]:
    """Return nothing: the codes that identify a product are not recorded."""
    return ()
