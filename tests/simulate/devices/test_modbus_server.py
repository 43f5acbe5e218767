"""The simulated Modbus devices: what they answer, and what they log of it."""

import asyncio
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.simulate.devices.bus import crc
from gateway.simulate.devices.modbus_server import ModbusLine, serve_tcp
from gateway.simulate.devices.serving import Serving
from gateway.simulate.devices.world import World
from gateway.simulate.street.faults import Faults
from gateway.simulate.street.layout import SimDevice, SimGateway, SimLine
from gateway.simulate.street.served_log import Fate, ServedLog, read_served


class Fixed(World):
    """A world in which every response has the same fate."""

    def __init__(self, line: SimLine, fate: Fate) -> None:
        super().__init__(SimGateway("o", "g", [line]), 1, 1.0, 0.0, lambda: 0.0)
        self.faults = Faults(1, [], [], [])
        self._fate = fate

    def fate(self, line: SimLine, device: SimDevice) -> Fate:
        return self._fate


class Rig:
    """One line with a weather station at unit 1, and its log."""

    def __init__(self, folder: Path, fate: Fate = "delivered", way: str = "rtu") -> None:
        station = SimDevice("st-1-air", "xy_md02", 1, ["st-1"], 1.0)
        self.path = folder / "log"
        self.log = ServedLog(self.path)
        line = SimLine("l", "tcp" if way == "tcp" else "rtu", 9600, [station])
        self.line = ModbusLine(line, Fixed(line, fate), Serving(self.log))
        self.framer, self.sent = self.line.framer(), list[bytes]()

    async def answer(self, data: bytes) -> bytes:
        async def send(frame: bytes) -> None:
            self.sent.append(frame)

        return await self.line.answer(self.framer, data, send)

    @property
    def logged(self) -> list[tuple[str, list[str]]]:
        self.log.flush()
        return [(one.fate, [value.field for value in one.values]) for one in read_served(self.path)]


@pytest.fixture
def rigs(tmp_path: Path) -> Iterator[Callable[..., Rig]]:
    """Make lines, each with its log, which is closed in the end."""
    made: list[Rig] = []

    def make(fate: Fate = "delivered", way: str = "rtu") -> Rig:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Rig(folder, fate, way))
        return made[-1]

    yield make
    for rig in made:
        rig.log.close()


def request(function: int, address: int, count: int, unit: int = 1) -> bytes:
    body = struct.pack(">BBHH", unit, function, address, count)
    return body + crc(body)


async def test_a_read_is_answered_and_logged_with_its_values(rigs: Callable[..., Rig]) -> None:
    rig = rigs()
    assert await rig.answer(request(4, 1, 2)) == b""
    (frame,) = rig.sent
    assert frame[:3] == b"\x01\x04\x04"
    assert frame[-2:] == crc(frame[:-2])
    assert rig.logged == [("delivered", ["air_temperature", "relative_humidity"])]


async def test_a_request_in_pieces_is_answered_when_it_is_whole(rigs: Callable[..., Rig]) -> None:
    rig = rigs()
    whole = request(4, 1, 1)
    rest = await rig.answer(whole[:5])
    assert (rest, rig.sent) == (whole[:5], [])
    assert await rig.answer(rest + whole[5:]) == b""
    assert len(rig.sent) == 1


@pytest.mark.parametrize(("function", "address", "exception"), [(4, 7, b"\x01\x84\x02"), (6, 1, b"\x01\x86\x01")])
async def test_what_the_device_does_not_have_is_an_exception_and_not_logged(
    function: int, address: int, exception: bytes, rigs: Callable[..., Rig]
) -> None:
    rig = rigs()
    await rig.answer(request(function, address, 1))
    assert [frame[:3] for frame in rig.sent] == [exception]
    assert rig.logged == []


async def test_a_unit_that_is_not_there_does_not_respond(rigs: Callable[..., Rig]) -> None:
    rig = rigs()
    await rig.answer(request(4, 1, 1, unit=9))
    assert (rig.sent, rig.logged) == ([], [])


async def test_a_silent_device_logs_what_it_did_not_send(rigs: Callable[..., Rig]) -> None:
    rig = rigs("silent")
    await rig.answer(request(4, 1, 1))
    assert (rig.sent, rig.logged) == ([], [("silent", ["air_temperature"])])


async def test_noise_changes_one_bit_and_is_logged(rigs: Callable[..., Rig]) -> None:
    rig, good = rigs("noise"), rigs()
    await rig.answer(request(4, 1, 1))
    await good.answer(request(4, 1, 1))
    assert (int.from_bytes(rig.sent[0], "big") ^ int.from_bytes(good.sent[0], "big")).bit_count() == 1
    assert rig.logged[0] == ("noise", ["air_temperature"])


async def test_a_tcp_line_has_a_port_of_its_own(rigs: Callable[..., Rig]) -> None:
    address, server = await serve_tcp(rigs(way="tcp").line)
    reader, writer = await asyncio.open_connection(*address.split(":"))
    writer.write(struct.pack(">HHHBBHH", 77, 0, 6, 1, 4, 1, 1))
    answer = await asyncio.wait_for(reader.readexactly(11), 10)
    assert answer[:9] == struct.pack(">HHHBBB", 77, 0, 5, 1, 4, 2)
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()
