"""Everything that is received after a request is kept."""

import asyncio
import time
from collections.abc import Callable

from gateway.fieldbus.modbus.pdu import read_request
from gateway.fieldbus.modbus.tcp_client import TcpClient
from gateway.fieldbus.wire.serial_port import SerialSettings, SerialWire
from gateway.fieldbus.wire.tcp_socket import TcpWire
from gateway.provision.diagnosis.asking import AskTiming, ClientAsker, RtuAsker
from gateway.simulate.devices.bus import crc
from tests.provision.units import product, serial_units, tcp_units

AT_9600 = SerialSettings(9600, 8, "N", 1)
TIMING = AskTiming(0.4, 10 / 9600)


async def test_a_response_is_kept_and_silence_is_empty() -> None:
    async with serial_units([product(3, "eastron_sdm120")]) as bus:
        asker = RtuAsker(SerialWire(bus.pty.path, AT_9600), TIMING)
        assert (await asker.ask(read_request(3, 4, 0, 2))).answered
        assert (await asker.ask(read_request(9, 4, 0, 2))).received == b""
        asker.close()


class BusyMachine:
    """A wire whose response comes in parts; after the first, the whole program is held up for longer than a response may take."""

    def __init__(self, *parts: bytes) -> None:
        self._parts, self._on_bytes = parts, list[Callable[[bytes], None]]()

    async def open(self, on_bytes: Callable[[bytes], None], _on_lost: Callable[[str], None]) -> None:
        self._on_bytes.append(on_bytes)

    def write(self, _data: bytes) -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(self._on_bytes[0], self._parts[0])
        loop.call_later(0.002, self._hold_up)

    def close(self) -> None:
        self._on_bytes.clear()

    def _hold_up(self) -> None:
        time.sleep(0.15)
        for number, part in enumerate(self._parts[1:], 1):
            asyncio.get_running_loop().call_later(0.02 * number, self._on_bytes[0], part)


async def test_a_response_is_complete_though_the_machine_is_held_up_while_it_arrives() -> None:
    request, response = read_request(3, 3, 0, 1), bytes.fromhex("0303020007")
    response += crc(response)
    asker = RtuAsker(BusyMachine(response[:2], response[2:5], response[5:]), AskTiming(0.05, 0.0001))
    assert (await asker.ask(request)).answered
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
