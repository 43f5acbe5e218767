"""The RTU client over ptys that take their time: silences, echo, early bytes, another master, adapters that are unplugged."""

import asyncio
import os
import struct
import time
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.fieldbus.codec.checksums import crc16
from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.modbus.client_port import NoResponse, Steps
from gateway.fieldbus.modbus.pdu import Response, read_request, write_register
from gateway.fieldbus.modbus.planning.read_cost import character_s, rtu_cost, silence_s
from gateway.fieldbus.modbus.rtu_client import RtuClient, RtuTiming
from gateway.fieldbus.wire.port import WireError
from gateway.fieldbus.wire.serial_port import SerialSettings, SerialWire
from gateway.simulate.devices.bus import Bus, BusPlan, BusUnit, register
from gateway.simulate.devices.pty import Pty

BAUD = 19200

ONE_S = character_s(BAUD)


@asynccontextmanager
async def bus(plan: BusPlan, timeout_s: float = 0.15, echo: bool = False) -> AsyncIterator[RtuClient]:
    pty = Pty(plan.baud, echo=plan.echo)
    running = asyncio.create_task(Bus(plan, pty).run())
    one_s = character_s(plan.baud)
    timing = RtuTiming(timeout_s, timeout_s / 2, silence_s(plan.baud, one_s), one_s)
    client = RtuClient(SerialWire(pty.path, SerialSettings(plan.baud, 8, "N", 1)), timing, echo=echo)
    try:
        yield client
    finally:
        client.close()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        pty.close()


def held(unit: int, address: int, count: int) -> bytes:
    return struct.pack(f">{count}H", *(register(unit, place) for place in range(address, address + count)))


async def test_reads_return_what_a_bus_holds_and_take_as_long_as_predicted() -> None:
    for baud, count in ((9600, 40), (19200, 100)):
        async with bus(BusPlan(baud, 0.01, [BusUnit(unit=1)])) as client:
            counters, one_s = DeviceCounters(), character_s(baud)
            await client.execute(read_request(1, 3, 0, count), counters)
            began_s = time.monotonic()
            for _ in range(5):
                assert (await client.execute(read_request(1, 3, 0, count), counters)).data == held(1, 0, count)
            took_s = (time.monotonic() - began_s) / 5
            predicted_s = rtu_cost(one_s, silence_s(baud, one_s), 0.01).read_s(3, count)
            assert took_s > 0.95 * predicted_s, "nothing is faster than the line"
            assert counters.round_trips().p50_s is not None
            assert (counters.sent, counters.answered, counters.bytes) == (6, 6, 6 * (8 + 5 + 2 * count))


async def test_a_line_with_echo_is_read() -> None:
    async with bus(BusPlan(BAUD, 0.005, [BusUnit(unit=1)], echo=True), echo=True) as client:
        counters = DeviceCounters()
        for address in (0, 6, 1536):
            assert (await client.execute(read_request(1, 3, address, 3), counters)).data == held(1, address, 3)


async def test_an_undeclared_echo_does_not_confirm_a_write() -> None:
    async with bus(BusPlan(BAUD, 0.005, [BusUnit(unit=1)], echo=True), timeout_s=0.1) as client:
        counters = DeviceCounters()
        # The first response shows that bytes take their time on this line.
        assert (await client.execute(read_request(1, 3, 0, 3), counters)).data == held(1, 0, 3)
        assert await client.execute(write_register(1, 5, 7), counters) == Response(b"", 1)


async def test_noise_is_counted_and_never_becomes_a_value() -> None:
    async with bus(BusPlan(115200, 0.001, [BusUnit(unit=1)], noise=0.5, seed=4), timeout_s=0.1) as client:
        counters, good, garbled = DeviceCounters(), 0, 0
        for _ in range(40):
            try:
                assert (await client.execute(read_request(1, 3, 8, 10), counters)).data == held(1, 8, 10)
                good += 1
            except NoResponse as error:
                garbled += error.garbled
        assert 10 <= good <= 30
        assert garbled == 40 - good
        assert counters.crc_errors == 40 - good
        assert counters.timeouts == 0


async def test_a_late_response_is_awaited_counted_and_never_taken_for_the_next() -> None:
    units = [BusUnit(unit=1, late=1.0, late_s=0.5), BusUnit(unit=2)]
    async with bus(BusPlan(BAUD, 0.0, units), timeout_s=0.4) as client:
        late, prompt = DeviceCounters(), DeviceCounters()
        for _ in range(3):
            with pytest.raises(NoResponse):
                await client.execute(read_request(1, 3, 0, 2), late)
            assert (await client.execute(read_request(2, 3, 0, 2), prompt)).data == held(2, 0, 2)
        assert (late.timeouts, late.late) == (3, 3)
        assert (prompt.sent, prompt.answered) == (3, 3)


@asynccontextmanager
async def wire_end() -> AsyncIterator[tuple[int, str]]:
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    try:
        yield master, os.ttyname(slave)
    finally:
        asyncio.get_running_loop().remove_reader(master)
        os.close(master)
        os.close(slave)


def framed(text: str) -> bytes:
    return bytes.fromhex(text) + crc16(bytes.fromhex(text))


async def test_bytes_received_while_the_request_is_being_sent_belong_to_an_older_frame() -> None:
    """At 1200 baud the request takes 67 ms: early and late are far apart even on a busy machine."""
    loop = asyncio.get_running_loop()
    async with wire_end() as (master, path):
        responses = [framed("01 03 02 00 01"), framed("01 03 02 00 02"), framed("01 03 02 00 03")]

        def on_request() -> None:
            os.read(master, 4096)
            own = responses.pop(0)
            if len(responses) == 1:
                # A repeated frame that begins after the silence has passed; the response itself is lost.
                loop.call_later(0.001, os.write, master, framed("01 03 02 00 01"))
            else:
                loop.call_later(0.1, os.write, master, own)

        loop.add_reader(master, on_request)
        client = RtuClient(SerialWire(path, SerialSettings(1200, 8, "N", 1)), RtuTiming(0.3, 0.1, 0.03, 10 / 1200))
        assert (await client.execute(read_request(1, 3, 0, 1), DeviceCounters())).data == b"\x00\x01"
        with pytest.raises(NoResponse):
            await client.execute(read_request(1, 3, 5, 1), DeviceCounters())
        assert (await client.execute(read_request(1, 3, 9, 1), DeviceCounters())).data == b"\x00\x03"
        client.close()


async def test_a_program_behind_a_pty_that_responds_at_once_is_read_too() -> None:
    loop = asyncio.get_running_loop()
    async with wire_end() as (master, path):
        loop.add_reader(master, lambda: os.read(master, 4096) and os.write(master, framed("01 03 02 00 07")))
        client = RtuClient(SerialWire(path, SerialSettings(9600, 8, "N", 1)), RtuTiming(2.0, 0.05, 0.00365, 10 / 9600))
        for _ in range(3):
            assert (await client.execute(read_request(1, 3, 0, 1), DeviceCounters())).data == b"\x00\x07"
        client.close()


async def test_the_silence_between_frames_is_kept() -> None:
    loop = asyncio.get_running_loop()
    async with wire_end() as (master, path):
        gaps: list[float] = []
        last_s = 0.0

        def response() -> None:
            nonlocal last_s
            os.write(master, framed("01 03 02 00 07"))
            last_s = loop.time()

        def on_request() -> None:
            os.read(master, 4096)
            if last_s:
                gaps.append(loop.time() - last_s)
            loop.call_later(0.02, response)

        loop.add_reader(master, on_request)
        client = RtuClient(SerialWire(path, SerialSettings(9600, 8, "N", 1)), RtuTiming(0.2, 0.1, 0.00365, 10 / 9600))
        for _ in range(8):
            await client.execute(read_request(1, 3, 0, 1), DeviceCounters())
        client.close()
        assert len(gaps) == 7
        assert min(gaps) >= 0.0036


async def test_another_master_goes_first() -> None:
    loop = asyncio.get_running_loop()
    async with wire_end() as (master, path):
        requested_s: list[float] = []

        def on_request() -> None:
            os.read(master, 4096)
            requested_s.append(loop.time())
            loop.call_later(0.01, os.write, master, framed("01 03 02 00 07"))

        loop.add_reader(master, on_request)
        client = RtuClient(SerialWire(path, SerialSettings(9600, 8, "N", 1)), RtuTiming(0.2, 0.1, 0.00365, 10 / 9600), shared=True)
        await client.execute(read_request(1, 3, 0, 1), DeviceCounters())
        os.write(master, framed("09 03 00 00 00 01"))
        heard_s = loop.time()
        await asyncio.sleep(0.01)
        await client.execute(read_request(1, 3, 0, 1), DeviceCounters())
        assert requested_s[1] - heard_s >= 0.04
        client.close()


async def test_frames_of_other_devices_are_counted_as_foreign() -> None:
    loop = asyncio.get_running_loop()
    async with wire_end() as (master, path):

        def on_request() -> None:
            os.read(master, 4096)
            loop.call_later(0.01, os.write, master, framed("09 03 02 00 07") + framed("09 83 02"))

        loop.add_reader(master, on_request)
        client = RtuClient(SerialWire(path, SerialSettings(9600, 8, "N", 1)), RtuTiming(0.05, 0.02, 0.00365, 10 / 9600))
        counters = DeviceCounters()
        with pytest.raises(NoResponse) as error:
            await client.execute(read_request(1, 3, 0, 1), counters)
        assert not error.value.garbled
        assert (counters.foreign, counters.timeouts, counters.crc_errors) == (2, 1, 0)
        client.close()


async def test_a_line_that_is_never_silent_is_given_up() -> None:
    loop = asyncio.get_running_loop()
    async with wire_end() as (master, path):
        timer: asyncio.TimerHandle

        def babble() -> None:
            nonlocal timer
            os.write(master, b"\x55\xaa")
            timer = loop.call_later(0.001, babble)

        timer = loop.call_later(0.0, babble)
        client = RtuClient(SerialWire(path, SerialSettings(9600, 8, "N", 1)), RtuTiming(0.05, 0.02, 0.01, 10 / 9600))
        counters = DeviceCounters()
        for _ in range(2):
            with pytest.raises(NoResponse) as error:
                await client.execute(read_request(1, 3, 0, 1), counters)
            assert error.value.garbled
        timer.cancel()
        client.close()


async def test_an_adapter_is_found_again_after_it_was_unplugged(tmp_path: Path) -> None:
    port = tmp_path / "by-path"
    counters = DeviceCounters()
    client = RtuClient(SerialWire(str(port), SerialSettings(BAUD, 8, "N", 1)), RtuTiming(0.1, 0.05, silence_s(BAUD, ONE_S), ONE_S))
    for _ in range(2):
        pty = Pty(BAUD)
        port.symlink_to(pty.path)
        running = asyncio.create_task(Bus(BusPlan(BAUD, 0.0, [BusUnit(unit=1)]), pty).run())
        assert (await client.execute(read_request(1, 3, 0, 2), counters)).data == held(1, 0, 2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        asking = asyncio.create_task(client.execute(read_request(1, 3, 0, 2), counters))
        await asyncio.sleep(0.03)
        pty.close()
        with pytest.raises(WireError, match="is gone"):
            await asking
        port.unlink()
        with pytest.raises(WireError, match="can't be opened: No such file or directory"):
            await client.execute(read_request(1, 3, 0, 2), counters)
    client.close()


async def test_steps_get_responses_and_errors_and_can_make_room() -> None:
    async with bus(BusPlan(BAUD, 0.0, [BusUnit(unit=1)]), timeout_s=0.05) as client:
        counters, got = DeviceCounters(), []

        def steps() -> Steps:
            got.append((yield read_request(1, 3, 0, 2), counters).data)
            yield None
            try:
                yield read_request(2, 3, 0, 2), counters
            except NoResponse as error:
                got.append(str(error).encode())

        made = steps()
        assert await client.run(made) is False
        assert got == [held(1, 0, 2)]
        assert await client.run(made) is True
        assert got == [held(1, 0, 2), b"no response"]
