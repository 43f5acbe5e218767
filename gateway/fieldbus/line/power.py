"""Which devices have power: a device fed through another device's contactor is known by the last reading of that contactor. Pure."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.model.batch import Value
from gateway.model.reading import Reading
from gateway.model.site.lines import SupplySettings

_ON = ("on", "closed", "true")


class PowerSupplies:
    """The supplies of the devices of one gateway.

    A supply is assumed to be on until its first reading; a bad reading leaves it as it was.
    """

    def __init__(self, devices: Iterable[BoundDevice]) -> None:
        self._watched: dict[str, list[tuple[int, int, SupplySettings, Callable[[Value], bool]]]] = {}
        self._on: dict[SupplySettings, bool] = {}
        self.change(devices)

    def change(self, devices: Iterable[BoundDevice]) -> None:
        """Change to other devices. The supplies that are known already stay as they are, on or off."""
        known, before = {device.id: device for device in devices}, self._on
        self._watched, self._on = {}, {}
        for device in known.values():
            supply = device.powered_by
            if supply is None or supply in self._on:
                continue
            self._on[supply] = before.get(supply, True)
            feeding = known[supply.device]
            for slot, one in enumerate(feeding.slots):
                if (one.point.name, one.channel) == (supply.point, supply.channel):
                    stream = next(n for n, bound in enumerate(feeding.streams) if bound.first <= slot < bound.last)
                    place = slot - feeding.streams[stream].first
                    self._watched.setdefault(feeding.id, []).append((stream, place, supply, _judge(supply, feeding, slot)))
                    break

    def feeds(self, device: str) -> bool:
        """Return whether a device's readings tell the state of a supply."""
        return device in self._watched

    def update(self, device: str, readings: Sequence[Reading]) -> None:
        """Update the supplies from the readings of a device."""
        for stream, place, supply, is_on in self._watched.get(device, ()):
            for reading in readings:
                if reading.stream == stream and reading.values[place] is not None:
                    self._on[supply] = is_on(reading.values[place])

    def powered(self, device: BoundDevice) -> bool:
        """Return whether a device has power, as far as is known."""
        return device.powered_by is None or self._on.get(device.powered_by, True)


def _judge(supply: SupplySettings, device: BoundDevice, slot: int) -> Callable[[Value], bool]:
    convert = device.slots[slot].field.converter()
    above = supply.above

    def is_on(value: Value) -> bool:
        if isinstance(value, str):
            return value.lower() in _ON
        if above is None or value is None or isinstance(value, bool):
            return bool(value)
        return Decimal(convert(value)) > above

    return is_on
