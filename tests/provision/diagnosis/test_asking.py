"""Everything that is received after a request is kept."""

from gateway.fieldbus.modbus.pdu import read_request
from gateway.fieldbus.modbus.tcp_client import TcpClient
from gateway.fieldbus.wire.serial_port import SerialSettings, SerialWire
from gateway.fieldbus.wire.tcp_socket import TcpWire
from gateway.provision.diagnosis.asking import AskTiming, ClientAsker, RtuAsker
from tests.provision.units import product, serial_units, tcp_units

AT_9600 = SerialSettings(9600, 8, "N", 1)
TIMING = AskTiming(0.4, 10 / 9600)


async def test_a_response_is_kept_and_silence_is_empty() -> None:
    async with serial_units([product(3, "eastron_sdm120")]) as bus:
        asker = RtuAsker(SerialWire(bus.pty.path, AT_9600), TIMING)
        assert (await asker.ask(read_request(3, 4, 0, 2))).answered
        assert (await asker.ask(read_request(9, 4, 0, 2))).received == b""
        asker.close()


async def test_a_device_on_tcp_and_an_address_behind_a_bridge_are_shown_alike() -> None:
    async with tcp_units([product(3, "eastron_sdm120")]) as (host, port):
        asker = ClientAsker(TcpClient(TcpWire(host, port), 5.0))
        assert (await asker.ask(read_request(3, 4, 0, 2))).answered
        refused = await asker.ask(read_request(3, 4, 9000, 2))
        assert refused.answered
        assert refused.received[1] == 0x84
        assert (await asker.ask(read_request(9, 4, 0, 2))).received == b""
        asker.close()
