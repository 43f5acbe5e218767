"""A serial port, read by the event loop through its file descriptor."""

import asyncio
import errno
import logging
import os
import termios
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import serial
from serial.rs485 import RS485Settings
from serial.tools import list_ports

from gateway.fieldbus.wire.port import SettingsError, WireError

log = logging.getLogger(__name__)

_PORT_ERRORS = (OSError, ValueError, termios.error)
"""Errors of a serial port that is missing, gone, or refuses its settings. serial.SerialException is an OSError; termios.error is not."""

_LOCKED = (errno.EAGAIN, errno.EBUSY)
"""The lock (flock) or the exclusive mode (TIOCEXCL) of the port belongs to another process."""

_BY_SERIAL_NUMBER = "usb:"
_LATENCY_MS = "1"
"""By default, FTDI adapters pass on received data every 16 ms: at 9600 baud, that is 15 characters."""


class Direction(NamedTuple):
    """Direction control of a half-duplex transceiver by the serial driver: the level of RTS while sending, and delays in seconds."""

    rts_on_send: bool
    delay_before_send_s: float
    delay_after_send_s: float


class SerialSettings(NamedTuple):
    """The settings of a serial port."""

    baud: int
    data_bits: int
    parity: str
    stop_bits: int
    direction: Direction | None = None


class SerialWire:
    """A serial port, named by its path or by `usb:` and the serial number of an adapter."""

    def __init__(self, port: str, settings: SerialSettings) -> None:
        self._name, self._settings = port, settings
        self._port: serial.Serial | None = None

    def _make(self) -> serial.Serial:
        """Open the port exclusively, and set it up.

        Raises:
            OSError, termios.error: the port can't be opened, or refuses the settings.
            ValueError: the port does not support the settings.
        """
        path, wanted = port_path(self._name), self._settings
        port = serial.Serial(
            path, wanted.baud, wanted.data_bits, wanted.parity, wanted.stop_bits, timeout=0, write_timeout=0, exclusive=True
        )
        try:
            if wanted.direction is not None:
                # The serial driver controls the transceiver's direction (ioctl TIOCSRS485): no program is fast enough.
                level, before_s, after_s = wanted.direction
                port.rs485_mode = RS485Settings(level, not level, loopback=False, delay_before_tx=before_s, delay_before_rx=after_s)
            _set_low_latency(path)
            port.reset_input_buffer()
        except _PORT_ERRORS:
            _close(port)
            raise
        return port

    def check(self) -> None:
        """Check that the port can be opened with its settings now.

        Raises:
            WireError: It can't.
        """
        try:
            _close(self._make())
        except _PORT_ERRORS as error:
            raise self._unopened(error) from error

    def _unopened(self, error: Exception) -> WireError:
        kind = SettingsError if _refuses_settings(error) else WireError
        return kind(f"serial port {self._name} can't be opened: {_reason(error, self._settings)}")

    async def open(self, on_bytes: Callable[[bytes], None], on_lost: Callable[[str], None]) -> None:
        """Open the port exclusively."""
        name = self._name
        try:
            port = self._make()
        except _PORT_ERRORS as error:
            raise self._unopened(error) from error
        self._port = port

        def lost(reason: str) -> None:
            self.close()
            on_lost(f"serial port {name} is gone: {reason}")

        def readable() -> None:
            try:
                data = os.read(port.fileno(), 4096)
            except BlockingIOError:
                return
            except OSError as error:
                lost(str(error))
                return
            if not data:
                lost("unplugged")
                return
            try:
                on_bytes(data)
            except Exception as error:
                # As with a TCP connection, whose transport does the same: a receiver that fails on some bytes starts over.
                log.exception("serial port %s: the received bytes %s can't be processed", name, data.hex(" "))
                lost(f"the received bytes can't be processed: {error}")

        asyncio.get_running_loop().add_reader(port.fileno(), readable)

    def write(self, data: bytes) -> None:
        """Send bytes without waiting: a frame fits the kernel's buffer."""
        if self._port is None:
            raise WireError("the serial port is closed")
        try:
            sent = os.write(self._port.fileno(), data)
        except OSError as error:
            self.close()
            raise WireError(f"serial port {self._name} can't be written: {error}") from error
        if sent != len(data):
            self.close()
            raise WireError(f"serial port {self._name} accepted only {sent} of {len(data)} bytes")

    def close(self) -> None:
        """Close the port."""
        if self._port is not None:
            port, self._port = self._port, None
            asyncio.get_running_loop().remove_reader(port.fileno())
            _close(port)


def _close(port: serial.Serial) -> None:
    """Close a port; one that is gone may report an error, but its descriptor is released."""
    try:
        port.close()
    except _PORT_ERRORS as error:
        log.debug("serial port %s: error while closing: %s", port.name, error)


def _refuses_settings(error: Exception) -> bool:
    return isinstance(error, ValueError) or (isinstance(error, termios.error) and error.args[0] == errno.EINVAL)


def _reason(error: Exception, settings: SerialSettings) -> str:
    number = error.args[0] if isinstance(error, termios.error) else getattr(error, "errno", None)
    if isinstance(error, termios.error) and _refuses_settings(error):
        baud, data_bits, parity, stop_bits, _ = settings
        return f"it refuses {baud} baud, {data_bits}{parity}{stop_bits}; check 'baud', 'parity', 'data_bits' and 'stop_bits'"
    if number in _LOCKED:
        return "another program has locked it, such as a running gateway"
    return os.strerror(number) if number else str(error)


def port_path(name: str) -> str:
    """Return the path of a serial port; `usb:` and a serial number finds the adapter in any socket.

    Raises:
        FileNotFoundError: no such adapter is plugged in.
    """
    if not name.startswith(_BY_SERIAL_NUMBER):
        return name
    wanted = name.removeprefix(_BY_SERIAL_NUMBER)
    ports = list_ports.comports()
    found = next((port.device for port in ports if port.serial_number == wanted), None)
    if found is None:
        others = ", ".join(sorted(port.serial_number for port in ports if port.serial_number)) or "none"
        raise FileNotFoundError(f"no adapter with serial number {wanted} is plugged in (found: {others})")
    return str(found)


def _set_low_latency(path: str, system: Path = Path("/sys/bus/usb-serial/devices")) -> None:
    """Make an FTDI adapter pass on received data at once."""
    timer = system / Path(path).resolve().name / "latency_timer"
    try:
        if timer.exists() and timer.read_text().strip() != _LATENCY_MS:
            timer.write_text(_LATENCY_MS)
    except OSError as error:
        log.warning(
            "%s can't be set to %s ms (%s): 'gateway install edge' installs the udev rule for that", timer, _LATENCY_MS, error.strerror
        )
