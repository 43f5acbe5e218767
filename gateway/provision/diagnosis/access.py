"""Ways to speak on a line for a check, with the settings of the site file or with others."""

from gateway.fieldbus.line_factory import serial_settings
from gateway.fieldbus.modbus.client_port import ModbusClient
from gateway.fieldbus.modbus.planning.read_cost import character_s
from gateway.fieldbus.modbus.rtu_client import RtuClient
from gateway.fieldbus.modbus.tcp_client import TcpClient
from gateway.fieldbus.wire.port import Wire
from gateway.fieldbus.wire.serial_port import SerialSettings, SerialWire
from gateway.fieldbus.wire.tcp_socket import TcpWire
from gateway.model.profile import Profile
from gateway.model.site.lines import LineSettings
from gateway.provision.diagnosis.asking import Asker, AskTiming, ClientAsker, RtuAsker
from gateway.provision.scan.listening import hear
from gateway.provision.scan.plan import probe_timing
from gateway.provision.scan.target import target_of

_TCP_S = 1.0
"""How long a device on TCP may take where the line does not say: a bridge waits for the device behind it."""


class CheckAccess:
    """Speaks Modbus on one line that nobody else of ours uses. The first product's factory settings are those that the site file omits."""

    def __init__(self, line: LineSettings, first: Profile) -> None:
        self.line = line
        self.settings = serial_settings(line, first)

    def asker(self, reaction_s: float, settings: SerialSettings | None = None) -> Asker:
        """Return what asks and keeps all that is received, at the line's settings or at others."""
        if self.line.tcp is not None:
            return ClientAsker(self.client(reaction_s))
        at = settings or self.settings
        return RtuAsker(self._wire(at), AskTiming(reaction_s, character_s(at.baud, at.data_bits, at.parity, at.stop_bits)))

    def client(self, reaction_s: float) -> ModbusClient:
        """Return a client at the line's settings."""
        if self.line.tcp is not None:
            return TcpClient(self._wire(self.settings), max(reaction_s, self.line.timeout or _TCP_S))
        return RtuClient(self._wire(self.settings), probe_timing(self.settings, reaction_s), echo=self.line.echo)

    async def hear(self, for_s: float) -> bytes:
        """Return what is received within some time while nothing is sent.

        Raises:
            WireError: the line can't be opened, or failed.
        """
        return await hear(self._wire(self.settings), for_s)

    def _wire(self, settings: SerialSettings) -> Wire:
        if self.line.serial is not None:
            return SerialWire(self.line.serial, settings)
        target = target_of(self.line.tcp or self.line.rtu_over_tcp or "")
        return TcpWire(target.host, target.port)
