"""From the site's lines to owners: the right wire, framing and driver for each."""

from collections.abc import Callable, Mapping, Sequence

from gateway.fieldbus.binding import BoundDevice, bind
from gateway.fieldbus.driver import Driver
from gateway.fieldbus.modbus import RtuFraming, TcpFraming
from gateway.fieldbus.modbus_driver import ModbusDriver, Timing
from gateway.fieldbus.text_driver import TextDriver
from gateway.fieldbus.wire import SerialWire, TcpWire, Wire
from gateway.model.profile import Profile
from gateway.model.site import Line, Site

_BITS_A_CHARACTER = 11
"""Start, eight data bits, parity or a second stop bit, stop (Modbus over Serial Line V1.02, section 2.5.1)."""

_SILENCE_CHARACTERS = 3.5
_SILENCE_FAST_S = 0.00175
"""Above 19200 baud the silence between frames is fixed (the same, section 2.5.1.1)."""


def bound_devices(line: Line, site: Site, profiles: Mapping[str, Profile]) -> list[BoundDevice]:
    """Bind the devices of one line."""
    return [bind(device, profiles[device.profile], site.assets) for device in line.devices]


def driver_of(line: Line, devices: Sequence[BoundDevice], now_ms: Callable[[], int]) -> Driver:
    """Make what speaks on a line, not yet opened."""
    first = devices[0].profile
    if first.text is not None:
        return TextDriver(_wire(line, first), devices[0], line.timeout or first.text.timeout, now_ms)
    timeout_s = line.timeout or max(device.profile.modbus.timeout for device in devices if device.profile.modbus)
    if line.tcp is not None:
        return ModbusDriver(_wire(line, first), TcpFraming(), Timing(timeout_s, 0.0, 0.0), now_ms)
    silence_s = max(_silence_s(baud_of(line, first)), line.turnaround)
    return ModbusDriver(_wire(line, first), RtuFraming(), Timing(timeout_s, timeout_s / 2, silence_s), now_ms)


def baud_of(line: Line, profile: Profile) -> int:
    """Give a line's speed in bits a second: the site's, else what the product leaves the factory with."""
    return line.baud or profile.serial.baud


def _silence_s(baud: int) -> float:
    return _SILENCE_FAST_S if baud > 19200 else _SILENCE_CHARACTERS * _BITS_A_CHARACTER / baud


def _wire(line: Line, profile: Profile) -> Wire:
    if line.serial is not None:
        return SerialWire(
            line.serial,
            baud=baud_of(line, profile),
            data_bits=line.data_bits or profile.serial.data_bits,
            parity=line.parity or profile.serial.parity,
            stop_bits=line.stop_bits or profile.serial.stop_bits,
        )
    host, _, port = (line.tcp or line.rtu_over_tcp or "").rpartition(":")
    return TcpWire(host.strip("[]"), int(port))
