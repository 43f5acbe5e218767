"""The two ways bytes reach a line: a serial port, or a TCP connection. One owner opens, writes and closes each."""

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

import serial
from serial.rs485 import RS485Settings
from serial.tools import list_ports

log = logging.getLogger(__name__)

_BY_SERIAL_NUMBER = "usb:"
_LATENCY_MS = "1"
"""FTDI adapters hand on what they received every 16 ms unless told otherwise: at 9600 baud that is 15 characters."""

_CONNECT_TIMEOUT_S = 5.0
_UNACKNOWLEDGED_MS = 20_000
"""A connection whose other end acknowledges nothing for so long is given up; Linux alone would wait a quarter of an hour."""


class WireError(Exception):
    """The line's port is not there, or its connection broke: nothing behind it can be asked."""


class Wire(Protocol):
    """A stream of bytes to and from a line."""

    async def open(self, on_bytes: Callable[[bytes], None], on_lost: Callable[[str], None]) -> None:
        """Open it; `on_bytes` gets what comes, `on_lost` a sentence when the other end is gone.

        Raises:
            WireError: it can't be opened.
        """
        ...

    def write(self, data: bytes) -> None:
        """Send bytes.

        Raises:
            WireError: the wire is not open, or broke.
        """
        ...

    def close(self) -> None:
        """Close it; closing twice is no error."""
        ...


class Direction(NamedTuple):
    """Direction control of a half-duplex transceiver by the port's driver: the level of RTS while sending, and delays in seconds."""

    rts_on_send: bool
    delay_before_send_s: float
    delay_after_send_s: float


class SerialSettings(NamedTuple):
    """How a serial port is set."""

    baud: int
    data_bits: int
    parity: str
    stop_bits: int
    direction: Direction | None = None


class SerialWire:
    """A serial port, read by the event loop through its descriptor. It is named by its path, or by `usb:` and a serial number."""

    def __init__(self, port: str, settings: SerialSettings) -> None:
        self._name, self._settings = port, settings
        self._port: serial.Serial | None = None

    def _make(self) -> serial.Serial:
        """Open the port for this process alone.

        Raises:
            OSError: it can't be opened.
            ValueError: it has no such settings.
        """
        path, wanted = port_path(self._name), self._settings
        port = serial.Serial(
            path, wanted.baud, wanted.data_bits, wanted.parity, wanted.stop_bits, timeout=0, write_timeout=0, exclusive=True
        )
        if wanted.direction is not None:
            # The driver turns the transceiver around itself (ioctl TIOCSRS485): no program is fast enough.
            level, before_s, after_s = wanted.direction
            port.rs485_mode = RS485Settings(level, not level, loopback=False, delay_before_tx=before_s, delay_before_rx=after_s)
        _hasten(path)
        return port

    async def open(self, on_bytes: Callable[[bytes], None], on_lost: Callable[[str], None]) -> None:
        """Open the port for this process alone."""
        name = self._name
        try:
            port = self._make()
        except (serial.SerialException, OSError, ValueError) as error:
            number = getattr(error, "errno", None)
            raise WireError(f"serial port {name} can't be opened: {os.strerror(number) if number else error}") from error
        port.reset_input_buffer()
        self._port = port

        def readable() -> None:
            try:
                data = os.read(port.fileno(), 4096)
            except BlockingIOError:
                return
            except OSError as error:
                data, reason = b"", str(error)
            else:
                reason = "unplugged"
            if data:
                on_bytes(data)
            else:
                self.close()
                on_lost(f"serial port {name} is gone: {reason}")

        asyncio.get_running_loop().add_reader(port.fileno(), readable)

    def write(self, data: bytes) -> None:
        """Send bytes; frames fit the kernel's buffer, so nothing waits."""
        if self._port is None:
            raise WireError("the serial port is closed")
        try:
            sent = os.write(self._port.fileno(), data)
        except OSError as error:
            self.close()
            raise WireError(f"serial port {self._name} can't be written: {error}") from error
        if sent != len(data):
            self.close()
            raise WireError(f"serial port {self._name} took only {sent} of {len(data)} bytes")

    def close(self) -> None:
        """Close the port."""
        if self._port is not None:
            asyncio.get_running_loop().remove_reader(self._port.fileno())
            self._port.close()
            self._port = None


def port_path(name: str) -> str:
    """Give the path of a serial port; `usb:` and a serial number finds the adapter wherever it is plugged in.

    Raises:
        FileNotFoundError: no such adapter is plugged in.
    """
    if not name.startswith(_BY_SERIAL_NUMBER):
        return name
    wanted = name.removeprefix(_BY_SERIAL_NUMBER)
    ports = list_ports.comports()
    found = next((port.device for port in ports if port.serial_number == wanted), None)
    if found is None:
        there = ", ".join(sorted(port.serial_number for port in ports if port.serial_number)) or "none"
        raise FileNotFoundError(f"no adapter with serial number {wanted} is plugged in (there are: {there})")
    return str(found)


def _hasten(path: str, system: Path = Path("/sys/bus/usb-serial/devices")) -> None:
    """Let an FTDI adapter hand on what it received at once."""
    timer = system / Path(path).resolve().name / "latency_timer"
    try:
        if timer.exists() and timer.read_text().strip() != _LATENCY_MS:
            timer.write_text(_LATENCY_MS)
    except OSError as error:
        log.warning("%s can't be set to %s ms (%s): install the udev rule of systemd/", timer, _LATENCY_MS, error.strerror)


class TcpWire:
    """A TCP connection."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._tcp_port = host, port
        self._transport: asyncio.Transport | None = None

    async def open(self, on_bytes: Callable[[bytes], None], on_lost: Callable[[str], None]) -> None:
        """Connect."""
        loop = asyncio.get_running_loop()

        def lost(transport: asyncio.BaseTransport, error: Exception | None) -> None:
            if transport is self._transport:
                self._transport = None
                on_lost(f"{self._host}:{self._tcp_port} closed the connection" + (f": {error}" if error else ""))

        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT_S):
                self._transport, _ = await loop.create_connection(lambda: _Receiver(on_bytes, lost), self._host, self._tcp_port)
        except (OSError, TimeoutError) as error:
            reason = error.strerror or "no answer"
            raise WireError(f"{self._host}:{self._tcp_port} can't be reached: {reason}") from error
        connection = self._transport.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNACKNOWLEDGED_MS)

    def write(self, data: bytes) -> None:
        """Send bytes."""
        if self._transport is None or self._transport.is_closing():
            raise WireError(f"{self._host}:{self._tcp_port} is not connected")
        self._transport.write(data)

    def close(self) -> None:
        """Close the connection."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.abort()


class _Receiver(asyncio.Protocol):
    """Passes on what one connection brings, and that it ended."""

    def __init__(self, on_bytes: Callable[[bytes], None], on_lost: Callable[[asyncio.BaseTransport, Exception | None], None]) -> None:
        self._on_lost = on_lost
        self.data_received = on_bytes  # type: ignore[method-assign,assignment]  # called for every answer: no step in between

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection, to say later which one ended."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Say that the connection ended."""
        self._on_lost(self._transport, exc)
