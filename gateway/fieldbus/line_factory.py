"""Builds the driver of each line of a site, with its wire, its client and the cost model of its devices."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from gateway.fieldbus.binding.binder import Binder
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.dialects.driver import DialectDriver
from gateway.fieldbus.dialects.factory import dialect_of
from gateway.fieldbus.line.driver_port import Driver
from gateway.fieldbus.line.guarded_driver import GuardedDriver
from gateway.fieldbus.line.owner import LineTerms
from gateway.fieldbus.modbus.driver import ModbusDriver
from gateway.fieldbus.modbus.overtaking import Overtaking
from gateway.fieldbus.modbus.planning.compiled_reads import CompiledReads
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.fieldbus.modbus.planning.read_cost import BusCost, character_s, rtu_cost, silence_s, tcp_cost
from gateway.fieldbus.modbus.rtu_client import RtuClient, RtuTiming
from gateway.fieldbus.modbus.tcp_client import TcpClient
from gateway.fieldbus.wire.port import Wire
from gateway.fieldbus.wire.serial_port import Direction, SerialSettings, SerialWire
from gateway.fieldbus.wire.tap import TappedWire, WireTap
from gateway.fieldbus.wire.tcp_socket import TcpWire
from gateway.host.shared_timer import SharedTimer
from gateway.model.profile import Modbus, Profile
from gateway.model.site.lines import LineSettings

_SLOWEST_S = 20.0
"""More than the time for connecting, for waiting until a line is quiet, and for the longest frames at 300 baud."""

_NETWORK_S = 0.01
"""Silence before a request to a device server: the network between must not run two frames together."""


def bound_devices(line: LineSettings, binder: Binder, profiles: Mapping[str, Profile]) -> list[BoundDevice]:
    """Bind the devices of one line."""
    return [binder.bind(device, profiles[device.profile]) for device in line.devices]


class BuiltLine(NamedTuple):
    """The driver of a line, not yet opened, and the terms for its owner."""

    driver: Driver
    terms: LineTerms


def build_line(
    line: LineSettings,
    devices: Sequence[BoundDevice],
    store: LearnedStore,
    now_ms: Callable[[], int],
    reads: CompiledReads | None = None,
    timer: SharedTimer | None = None,
    tap: WireTap | None = None,
) -> BuiltLine:
    """Build the driver of a line; the lines of one gateway share the compiled reads and the timer. The tap shows what passes."""
    reads = reads or CompiledReads()
    first = devices[0].profile
    share = line.silent_share / 100
    wire = wire_of(line, serial_settings(line, first))
    wire = wire if tap is None else TappedWire(wire, tap)
    if first.modbus is None:
        timeout_s = line.timeout or _timeout_s(first)
        driver = DialectDriver(wire, devices[0], lambda: dialect_of(devices[0]), timeout_s, now_ms)
        return BuiltLine(driver, _terms(timeout_s, share, whole_seconds=False))
    timeout_s = line.timeout or max(device.profile.modbus.timeout for device in devices if device.profile.modbus)
    costs = costs_of(line, devices)
    if line.tcp is not None:
        client = TcpClient(wire, timeout_s, timer)
        # Several devices may mean a bridge to a serial line, where only one request at a time is possible.
        several = len(devices) > 1
        in_flight, overtaking = (1, Overtaking(line.id, client, timer)) if several else (first.modbus.in_flight, None)
        terms = _terms(timeout_s, share, whole_seconds=True)
        return BuiltLine(ModbusDriver(client, costs, store, reads, now_ms, in_flight, overtaking), terms)
    timing = rtu_timing(line, [device.profile for device in devices], timeout_s)
    rtu = RtuClient(wire, timing, echo=line.echo, shared=line.shared)
    return BuiltLine(ModbusDriver(rtu, costs, store, reads, now_ms), _terms(timeout_s + timing.drain_s, share, whole_seconds=False))


def check_port(line: LineSettings, profile: Profile) -> None:
    """Check that the serial port of a line, if it has one, exists and can be opened now.

    Raises:
        WireError: It can't.
    """
    if line.serial is not None:
        SerialWire(line.serial, serial_settings(line, profile)).check()


def lone_driver(line: LineSettings, device: BoundDevice, now_ms: Callable[[], int]) -> GuardedDriver:
    """Build a driver for a command that has the line of one device to itself. Its calls end, whatever the device sends."""
    driver, terms = build_line(line, [device], LearnedStore(None), now_ms)
    return GuardedDriver(driver, terms.patience_s)


def _terms(probe_s: float, silent_share: float, *, whole_seconds: bool) -> LineTerms:
    return LineTerms(probe_s, silent_share, whole_seconds, _SLOWEST_S + 2 * probe_s)


def rtu_timing(line: LineSettings, profiles: Sequence[Profile], timeout_s: float) -> RtuTiming:
    """Return the timing of an RTU line with devices of such profiles; a late response is waited for during half the time-out."""
    one_s = _character_s(line, profiles[0])
    pauses_s = [profile.modbus.pause for profile in profiles if profile.modbus]
    gap_s = max(silence_s(baud_of(line, profiles[0]), one_s), line.pause if line.pause is not None else max(pauses_s))
    if line.serial is None:
        return RtuTiming(timeout_s, timeout_s / 2, max(gap_s, _NETWORK_S), 0.0)
    return RtuTiming(timeout_s, timeout_s / 2, gap_s, one_s)


def costs_of(line: LineSettings, devices: Sequence[BoundDevice]) -> dict[str, BusCost]:
    """Return the cost model of each Modbus device of a line."""
    return {device.id: _cost(line, device.profile, device.profile.modbus) for device in devices if device.profile.modbus}


def _cost(line: LineSettings, profile: Profile, modbus: Modbus) -> BusCost:
    turnaround_s = line.turnaround if line.turnaround is not None else modbus.turnaround
    if line.tcp is not None:
        return tcp_cost(turnaround_s)
    return rtu_cost(_character_s(line, profile), rtu_timing(line, [profile], modbus.timeout).silence_s, turnaround_s)


def baud_of(line: LineSettings, profile: Profile) -> int:
    """Return a line's baud rate: the site's, else the factory default of the product."""
    return line.baud or profile.serial.baud


def serial_settings(line: LineSettings, profile: Profile) -> SerialSettings:
    """Return the settings of a line's port: the site's, else the factory defaults of the product."""
    direction = line.rs485
    return SerialSettings(
        baud_of(line, profile),
        line.data_bits or profile.serial.data_bits,
        line.parity or profile.serial.parity,
        line.stop_bits or profile.serial.stop_bits,
        Direction(direction.rts_on_send, direction.delay_before_send, direction.delay_after_send) if direction else None,
    )


def _character_s(line: LineSettings, profile: Profile) -> float:
    settings = serial_settings(line, profile)
    return character_s(settings.baud, settings.data_bits, settings.parity, settings.stop_bits)


def _timeout_s(profile: Profile) -> float:
    return next(way.timeout for way in (profile.text, profile.frame, profile.umb) if way is not None)


def wire_of(line: LineSettings, settings: SerialSettings) -> Wire:
    """Return a line's wire, not yet opened, at these settings; those of a line behind TCP are the device server's."""
    if line.serial is not None:
        return SerialWire(line.serial, settings)
    host, _, port = (line.tcp or line.rtu_over_tcp or "").rpartition(":")
    return TcpWire(host.strip("[]"), int(port))
