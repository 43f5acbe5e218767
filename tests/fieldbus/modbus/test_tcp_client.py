"""The Modbus TCP client, over a real socket and over a wire made for tests."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest

from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.modbus.client_port import NoResponse, Steps
from gateway.fieldbus.modbus.pdu import Response, read_request
from gateway.fieldbus.modbus.tcp_client import TcpClient
from gateway.fieldbus.wire.port import WireError
from gateway.fieldbus.wire.tcp_socket import TcpWire

T = TypeVar("T")


async def test_a_device_that_forgot_its_connection_gets_a_new_one() -> None:
    connections = 0
    ends: list[asyncio.Task[None]] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        mine = connections
        task = asyncio.current_task()
        assert task is not None
        ends.append(task)
        try:
            while head := await reader.readexactly(12):
                if mine > 1:
                    writer.write(head[:4] + bytes.fromhex("0005 01 03 02 00 2a"))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    client = TcpClient(TcpWire("127.0.0.1", server.sockets[0].getsockname()[1]), 0.05)
    counters = DeviceCounters()
    for _ in range(3):
        with pytest.raises(NoResponse):
            await client.execute(read_request(1, 3, 0, 1), counters)
    assert (await client.execute(read_request(1, 3, 0, 1), counters)).data == b"\x00\x2a"
    assert connections == 2
    client.close()
    await asyncio.gather(*ends, return_exceptions=True)
    server.close()


class MadeWire:
    """A wire whose other end is the test."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.opened = 0
        self.broken = False
        self.receive: Callable[[bytes], None] = lambda _: None
        self.lose: Callable[[str], None] = lambda _: None

    async def open(self, on_bytes: Callable[[bytes], None], on_lost: Callable[[str], None]) -> None:
        self.opened += 1
        self.receive, self.lose = on_bytes, on_lost

    def write(self, data: bytes) -> None:
        if self.broken:
            raise WireError("the pipe is broken")
        self.sent.append(data)

    def close(self) -> None:
        pass

    def respond(self, number: int, body: str) -> None:
        """Respond to the request that was sent as number `number`, from 0."""
        data = bytes.fromhex(body)
        self.receive(self.sent[number][:4] + len(data).to_bytes(2, "big") + data)


READ = read_request(1, 3, 0, 1)


async def running(wire: MadeWire, *tasks: Coroutine[Any, Any, T]) -> list["asyncio.Task[T]"]:
    """Start requests, and return once they are sent."""
    started = [asyncio.create_task(task) for task in tasks]
    sent = len(wire.sent) + len(tasks)
    async with asyncio.timeout(5):
        while len(wire.sent) < sent:
            await asyncio.sleep(0)
    return started


async def test_responses_in_another_order_reach_their_requests() -> None:
    wire, counters = MadeWire(), DeviceCounters()
    client = TcpClient(wire, 5.0)
    first, second = await running(wire, client.execute(READ, counters), client.execute(READ, counters))
    wire.respond(1, "01 03 02 00 02")
    wire.respond(0, "01 83 02")
    assert await first == Response(b"", 2)
    assert await second == Response(b"\x00\x02", None)
    assert (wire.opened, counters.sent, counters.answered, counters.exceptions, len(counters.round_trips_s)) == (1, 2, 2, 1, 2)
    assert counters.bytes == 2 * 12 + 11 + 9


async def test_steps_go_on_within_the_arrival_of_a_response_and_can_make_room() -> None:
    wire, counters = MadeWire(), DeviceCounters()
    client = TcpClient(wire, 5.0)
    got: list[bytes] = []

    def steps() -> Steps:
        got.append((yield READ, counters).data)
        got.append((yield READ, counters).data)
        yield None
        got.append((yield READ, counters).data)

    made = steps()
    (run,) = await running(wire, client.run(made))
    wire.respond(0, "01 03 02 00 01")
    assert len(wire.sent) == 2, "the next request left before any task woke"
    wire.respond(1, "01 03 02 00 02")
    assert await run is False
    (run,) = await running(wire, client.run(made))
    wire.respond(2, "01 03 02 00 03")
    assert await run is True
    assert got == [b"\x00\x01", b"\x00\x02", b"\x00\x03"]


async def test_a_lost_connection_fails_all_waiting_requests_and_the_next_connects_again() -> None:
    wire, counters = MadeWire(), DeviceCounters()
    client = TcpClient(wire, 5.0)
    first, second = await running(wire, client.execute(READ, counters), client.execute(READ, counters))
    wire.lose("the device closed the connection")
    for task in (first, second):
        with pytest.raises(WireError, match="the device closed the connection"):
            await task
    (third,) = await running(wire, client.execute(READ, counters))
    wire.respond(2, "01 03 02 00 02")
    assert (await third).data == b"\x00\x02"
    assert wire.opened == 2


async def test_bytes_that_are_not_frames_and_a_failed_write_are_wire_errors() -> None:
    wire, counters = MadeWire(), DeviceCounters()
    client = TcpClient(wire, 5.0)
    (task,) = await running(wire, client.execute(READ, counters))
    wire.receive(b"HTTP/1.1 400 Bad Request")
    with pytest.raises(WireError, match="not a Modbus TCP frame"):
        await task
    wire.broken = True
    with pytest.raises(WireError, match="the pipe is broken"):
        await client.execute(READ, counters)


async def test_a_late_response_is_counted_with_the_next_one() -> None:
    wire, counters = MadeWire(), DeviceCounters()
    client = TcpClient(wire, 0.01)
    with pytest.raises(NoResponse) as error:
        await client.execute(READ, counters)
    assert not error.value.garbled
    (task,) = await running(wire, client.execute(READ, counters))
    wire.respond(0, "01 03 02 00 01")
    wire.respond(1, "01 03 02 00 02")
    assert (await task).data == b"\x00\x02"
    assert (counters.timeouts, counters.late, counters.foreign, counters.answered) == (1, 1, 0, 1)


async def test_an_error_in_steps_is_raised_to_their_caller() -> None:
    wire = MadeWire()

    def steps() -> Steps:
        yield READ, DeviceCounters()
        raise LookupError("a fault of the steps")

    (run,) = await running(wire, TcpClient(wire, 5.0).run(steps()))
    wire.respond(0, "01 03 02 00 01")
    with pytest.raises(LookupError, match="a fault of the steps"):
        await run


async def test_a_response_with_bytes_behind_it_that_are_not_a_frame_is_returned_and_the_connection_made_again() -> None:
    wire, counters = MadeWire(), DeviceCounters()
    client = TcpClient(wire, 5.0)
    got: list[object] = []

    def steps() -> Steps:
        got.append((yield READ, counters).data)
        try:
            yield READ, counters
        except WireError as error:
            got.append(str(error))

    first, second = await running(wire, client.run(steps()), client.execute(READ, counters))
    frame = wire.sent[0][:4] + bytes.fromhex("0005 01 03 02 00 01")
    wire.receive(frame + b"\xff" * 8)
    async with asyncio.timeout(5):
        assert await first is True
        with pytest.raises(WireError, match="not a Modbus TCP frame"):
            await second
    assert got == [b"\x00\x01", "the connection was closed"]
    (third,) = await running(wire, client.execute(READ, counters))
    wire.respond(2, "01 03 02 00 03")
    assert (await third).data == b"\x00\x03"
    assert wire.opened == 2


async def test_after_a_timeout_with_part_of_a_frame_the_connection_is_made_again() -> None:
    wire, counters = MadeWire(), DeviceCounters()
    client = TcpClient(wire, 0.01)
    (task,) = await running(wire, client.execute(READ, counters))
    wire.receive(bytes.fromhex("0000 0000 00fd 01"))  # the beginning of a frame of 259 bytes
    with pytest.raises(NoResponse):
        await task
    (task,) = await running(wire, client.execute(READ, counters))
    wire.respond(1, "01 03 02 00 02")
    assert (await task).data == b"\x00\x02"
    assert wire.opened == 2
