"""The way to a device for its update: clients and wires on its line, at the settings of the line or of the bootloader."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from firmware_tools.drivers.port import NoFirmwareAnswer, UpdateUnsupported
from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.modbus.client_port import ModbusClient, NoResponse
from gateway.fieldbus.modbus.pdu import Request, Response
from gateway.fieldbus.modbus.planning.read_cost import character_s, silence_s
from gateway.fieldbus.modbus.rtu_client import RtuClient, RtuTiming
from gateway.fieldbus.modbus.tcp_client import TcpClient
from gateway.fieldbus.wire.port import Wire
from gateway.fieldbus.wire.serial_port import SerialSettings
from gateway.model.profile import FirmwareUpdate

TRIES = 3
"""So many times a request is sent before a device counts as silent."""

_NETWORK_S = 0.01
"""Silence before a request to a device server: the network between must not run two frames together."""

_ACKNOWLEDGE, _BUSY = 5, 6
"""A device that says so needs more time (Modbus Application Protocol V1.1b3, section 7)."""


class RequestSender(Protocol):
    """Sends Modbus requests, as every client does."""

    async def execute(self, request: Request, counters: DeviceCounters) -> Response:
        """Send a request and return its response; see `ModbusClient.execute`."""
        ...


class DeviceLine(NamedTuple):
    """A device's line.

    Args:
        unit: the device's Modbus address.
        settings: the settings of the line. Behind TCP they are the device server's and can't be changed; its speed may be unknown.
        make_wire: returns the line's wire at some settings.
        serial: whether the line is a port of this machine.
        modbus_tcp: whether the line speaks Modbus TCP.
        pause_s: the least silence before a request, if the devices of the line need more than the specification.
        echo: whether the port receives what it sends.
        shared: whether another master uses the bus.
    """

    unit: int
    settings: SerialSettings
    make_wire: Callable[[SerialSettings], Wire]
    serial: bool = True
    modbus_tcp: bool = False
    pause_s: float = 0.0
    echo: bool = False
    shared: bool = False

    def at(self, settings: SerialSettings) -> "DeviceLine":
        """Return the same line at other settings, with the direction control of the port."""
        return self._replace(settings=settings._replace(direction=self.settings.direction))

    def for_bootloader(self, update: FirmwareUpdate) -> "DeviceLine":
        """Return the line at the settings of the bootloader: the profile's, else those of the line.

        Raises:
            UpdateUnsupported: they differ, and those of a device server can't be changed.
        """
        if update.serial is None:
            return self
        own = SerialSettings(update.serial.baud, update.serial.data_bits, update.serial.parity, update.serial.stop_bits)
        if not self.serial and own != self.settings._replace(direction=None):
            raise UpdateUnsupported(
                f"the bootloader speaks at {own.baud} baud, which the line behind the device server does not; connect it to a serial port",
                f"il bootloader parla a {own.baud} baud, diversamente dalla linea dietro il server seriale; collegalo a una porta seriale",
            )
        return self.at(own)

    def wire(self) -> Wire:
        """Return the wire, not yet opened."""
        return self.make_wire(self.settings)

    def client(self, timeout_s: float) -> ModbusClient:
        """Return a Modbus client on the line, not yet opened. A device may take `timeout_s` before it responds."""
        if self.modbus_tcp:
            return TcpClient(self.wire(), timeout_s)
        one_s = self.character_s if self.serial else 0.0
        gap_s = max(self.pause_s, silence_s(self.settings.baud, one_s) if self.serial else _NETWORK_S)
        timing = RtuTiming(timeout_s, timeout_s / 2, gap_s, one_s)
        return RtuClient(self.wire(), timing, echo=self.echo, shared=self.shared)

    @property
    def character_s(self) -> float:
        """How long one character takes."""
        baud, data_bits, parity, stop_bits, _ = self.settings
        return character_s(baud, data_bits, parity, stop_bits)


async def ask(client: RequestSender, request: Request, tries: int = TRIES) -> Response:
    """Send a request until it is answered, and return the response, which may be an exception.

    Raises:
        NoFirmwareAnswer: the device did not respond, or was busy each time.
        WireError: the wire can't be opened, or failed.
    """
    for _ in range(tries):
        try:
            response = await client.execute(request, DeviceCounters())
        except NoResponse:
            continue
        if response.exception not in (_ACKNOWLEDGE, _BUSY):
            return response
    raise NoFirmwareAnswer(
        f"unit {request.unit} did not answer {tries} requests; check its power and the line",
        f"l'unità {request.unit} non ha risposto a {tries} richieste; controlla l'alimentazione e la linea",
    )
