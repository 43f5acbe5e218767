"""The line itself, over real ptys that take their time: silences, echo, early bytes, another master, plugs that are pulled."""

import asyncio
import contextlib
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
from gateway.fieldbus.modbus.client_port import NoResponse
from gateway.fieldbus.modbus.pdu import Response, read_request, write_register
from gateway.fieldbus.modbus.planning.read_cost import character_s, rtu_cost, silence_s
from gateway.fieldbus.modbus.rtu_client import RtuClient, RtuTiming
from gateway.fieldbus.modbus.tcp_client import TcpClient
from gateway.fieldbus.wire.port import WireError
from gateway.fieldbus.wire.serial_port import Direction, SerialSettings, SerialWire, _hasten, port_path
from gateway.fieldbus.wire.tcp_socket import TcpWire
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
    exchange = RtuClient(SerialWire(pty.path, SerialSettings(plan.baud, 8, "N", 1)), timing, echo=echo)
    try:
        yield exchange
    finally:
        exchange.close()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        pty.close()


def held(unit: int, address: int, count: int) -> bytes:
    return struct.pack(f">{count}H", *(register(unit, place) for place in range(address, address + count)))


async def test_what_a_bus_holds_is_read_no_faster_than_the_line_is() -> None:
    for baud, count in ((9600, 40), (19200, 100)):
        async with bus(BusPlan(baud, 0.01, [BusUnit(unit=1)])) as exchange:
            tally, one_s = DeviceCounters(), character_s(baud)
            await exchange.ask(read_request(1, 3, 0, count), tally)
            began_s = time.monotonic()
            for _ in range(5):
                assert (await exchange.ask(read_request(1, 3, 0, count), tally)).data == held(1, 0, count)
            took_s = (time.monotonic() - began_s) / 5
            predicted_s = rtu_cost(one_s, silence_s(baud, one_s), 0.01).read_s(3, count)
            assert took_s > 0.95 * predicted_s, "nothing is faster than the line"
            quality = tally.quality()
            assert quality.round_trip_p50_s is not None
            assert (quality.sent, quality.answered, quality.bytes) == (6, 6, 6 * (8 + 5 + 2 * count))


async def test_a_line_that_hears_itself_reads_what_is_there() -> None:
    async with bus(BusPlan(BAUD, 0.005, [BusUnit(unit=1)], echo=True), echo=True) as exchange:
        tally = DeviceCounters()
        for address in (0, 6, 1536):
            assert (await exchange.ask(read_request(1, 3, address, 3), tally)).data == held(1, address, 3)


async def test_an_echo_that_nobody_declared_is_no_confirmation_of_a_write() -> None:
    async with bus(BusPlan(BAUD, 0.005, [BusUnit(unit=1)], echo=True), timeout_s=0.1) as exchange:
        tally = DeviceCounters()
        # The first answer tells that bytes take their time on this line.
        assert (await exchange.ask(read_request(1, 3, 0, 3), tally)).data == held(1, 0, 3)
        assert await exchange.ask(write_register(1, 5, 7), tally) == Response(b"", 1)


async def test_noise_is_counted_and_never_a_value() -> None:
    async with bus(BusPlan(115200, 0.001, [BusUnit(unit=1)], noise=0.5, seed=4), timeout_s=0.03) as exchange:
        tally, good, garbled = DeviceCounters(), 0, 0
        for _ in range(40):
            try:
                assert (await exchange.ask(read_request(1, 3, 8, 10), tally)).data == held(1, 8, 10)
                good += 1
            except NoResponse as error:
                garbled += error.garbled
        assert 10 <= good <= 30
        assert garbled == 40 - good
        assert tally.crc_errors == 40 - good
        assert tally.timeouts == 0


async def test_a_late_answer_is_waited_out_counted_and_never_the_next_ones() -> None:
    units = [BusUnit(unit=1, late=1.0, late_s=0.1), BusUnit(unit=2)]
    async with bus(BusPlan(BAUD, 0.0, units), timeout_s=0.09) as exchange:
        late, prompt = DeviceCounters(), DeviceCounters()
        for _ in range(3):
            with pytest.raises(NoResponse):
                await exchange.ask(read_request(1, 3, 0, 2), late)
            assert (await exchange.ask(read_request(2, 3, 0, 2), prompt)).data == held(2, 0, 2)
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


async def test_bytes_that_come_while_the_request_is_still_on_the_wire_are_an_older_frames() -> None:
    loop = asyncio.get_running_loop()
    async with wire_end() as (master, path):
        answers = [framed("01 03 02 00 01"), framed("01 03 02 00 02"), framed("01 03 02 00 03")]

        def asked() -> None:
            os.read(master, 4096)
            own = answers.pop(0)
            if len(answers) == 1:
                # A doubled frame begins too late for the silence to see it, and its own answer is lost.
                loop.call_later(0.001, os.write, master, framed("01 03 02 00 01"))
            else:
                loop.call_later(0.01, os.write, master, own)

        loop.add_reader(master, asked)
        exchange = RtuClient(SerialWire(path, SerialSettings(9600, 8, "N", 1)), RtuTiming(0.1, 0.05, 0.00365, 10 / 9600))
        assert (await exchange.ask(read_request(1, 3, 0, 1), DeviceCounters())).data == b"\x00\x01"
        with pytest.raises(NoResponse):
            await exchange.ask(read_request(1, 3, 5, 1), DeviceCounters())
        assert (await exchange.ask(read_request(1, 3, 9, 1), DeviceCounters())).data == b"\x00\x03"
        exchange.close()


async def test_a_line_of_a_program_that_takes_no_time_is_read_too() -> None:
    loop = asyncio.get_running_loop()
    async with wire_end() as (master, path):
        loop.add_reader(master, lambda: os.read(master, 4096) and os.write(master, framed("01 03 02 00 07")))
        exchange = RtuClient(SerialWire(path, SerialSettings(9600, 8, "N", 1)), RtuTiming(0.1, 0.05, 0.00365, 10 / 9600))
        for _ in range(3):
            assert (await exchange.ask(read_request(1, 3, 0, 1), DeviceCounters())).data == b"\x00\x07"
        exchange.close()


async def test_the_silence_between_frames_is_kept() -> None:
    loop = asyncio.get_running_loop()
    async with wire_end() as (master, path):
        gaps: list[float] = []
        last_s = 0.0

        def answer() -> None:
            nonlocal last_s
            os.write(master, framed("01 03 02 00 07"))
            last_s = loop.time()

        def asked() -> None:
            os.read(master, 4096)
            if last_s:
                gaps.append(loop.time() - last_s)
            loop.call_later(0.02, answer)

        loop.add_reader(master, asked)
        exchange = RtuClient(SerialWire(path, SerialSettings(9600, 8, "N", 1)), RtuTiming(0.2, 0.1, 0.00365, 10 / 9600))
        for _ in range(8):
            await exchange.ask(read_request(1, 3, 0, 1), DeviceCounters())
        exchange.close()
        assert len(gaps) == 7
        assert min(gaps) >= 0.0036


async def test_another_master_is_listened_for_before_we_talk() -> None:
    loop = asyncio.get_running_loop()
    async with wire_end() as (master, path):
        asked_s: list[float] = []

        def asked() -> None:
            os.read(master, 4096)
            asked_s.append(loop.time())
            loop.call_later(0.01, os.write, master, framed("01 03 02 00 07"))

        loop.add_reader(master, asked)
        exchange = RtuClient(SerialWire(path, SerialSettings(9600, 8, "N", 1)), RtuTiming(0.2, 0.1, 0.00365, 10 / 9600), shared=True)
        await exchange.ask(read_request(1, 3, 0, 1), DeviceCounters())
        os.write(master, framed("09 03 00 00 00 01"))
        heard_s = loop.time()
        await asyncio.sleep(0.01)
        await exchange.ask(read_request(1, 3, 0, 1), DeviceCounters())
        assert asked_s[1] - heard_s >= 0.04
        exchange.close()


async def test_frames_of_others_are_counted_as_such() -> None:
    loop = asyncio.get_running_loop()
    async with wire_end() as (master, path):

        def asked() -> None:
            os.read(master, 4096)
            loop.call_later(0.01, os.write, master, framed("09 03 02 00 07") + framed("09 83 02"))

        loop.add_reader(master, asked)
        exchange = RtuClient(SerialWire(path, SerialSettings(9600, 8, "N", 1)), RtuTiming(0.05, 0.02, 0.00365, 10 / 9600))
        tally = DeviceCounters()
        with pytest.raises(NoResponse) as error:
            await exchange.ask(read_request(1, 3, 0, 1), tally)
        assert not error.value.garbled
        assert (tally.foreign, tally.timeouts, tally.crc_errors) == (2, 1, 0)
        exchange.close()


async def test_a_line_that_is_never_silent_is_given_up() -> None:
    loop = asyncio.get_running_loop()
    async with wire_end() as (master, path):
        timer: asyncio.TimerHandle

        def babble() -> None:
            nonlocal timer
            os.write(master, b"\x55\xaa")
            timer = loop.call_later(0.001, babble)

        timer = loop.call_later(0.0, babble)
        exchange = RtuClient(SerialWire(path, SerialSettings(9600, 8, "N", 1)), RtuTiming(0.05, 0.02, 0.01, 10 / 9600))
        tally = DeviceCounters()
        for _ in range(2):
            with pytest.raises(NoResponse) as error:
                await exchange.ask(read_request(1, 3, 0, 1), tally)
            assert error.value.garbled
        timer.cancel()
        exchange.close()


async def test_an_adapter_that_is_pulled_and_plugged_in_again_is_found_again(tmp_path: Path) -> None:
    port = tmp_path / "by-path"
    tally = DeviceCounters()
    exchange = RtuClient(SerialWire(str(port), SerialSettings(BAUD, 8, "N", 1)), RtuTiming(0.1, 0.05, silence_s(BAUD, ONE_S), ONE_S))
    for _ in range(2):
        pty = Pty(BAUD)
        port.symlink_to(pty.path)
        running = asyncio.create_task(Bus(BusPlan(BAUD, 0.0, [BusUnit(unit=1)]), pty).run())
        assert (await exchange.ask(read_request(1, 3, 0, 2), tally)).data == held(1, 0, 2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        asking = asyncio.create_task(exchange.ask(read_request(1, 3, 0, 2), tally))
        await asyncio.sleep(0.03)
        pty.close()
        with pytest.raises(WireError, match="is gone"):
            await asking
        port.unlink()
        with pytest.raises(WireError, match="can't be opened: No such file or directory"):
            await exchange.ask(read_request(1, 3, 0, 2), tally)
    exchange.close()


def test_a_port_is_found_by_its_serial_number(monkeypatch: pytest.MonkeyPatch) -> None:
    class There:
        device, serial_number = "/dev/ttyUSB7", "A50285BI"

    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: [There])
    assert port_path("usb:A50285BI") == "/dev/ttyUSB7"
    assert port_path("/dev/ttyS0") == "/dev/ttyS0"
    with pytest.raises(FileNotFoundError, match=r"no adapter with serial number X is plugged in \(there are: A50285BI\)"):
        port_path("usb:X")


async def test_a_port_without_direction_control_is_a_sentence() -> None:
    async with wire_end() as (_, path):
        wire = SerialWire(
            path, SerialSettings(9600, 8, "N", 1, Direction(rts_on_send=True, delay_before_send_s=0.0, delay_after_send_s=0.0))
        )
        with pytest.raises(WireError, match="can't be opened: Failed to set RS485 mode"):
            await wire.open(lambda _: None, lambda _: None)


def test_direction_control_is_what_the_site_says(monkeypatch: pytest.MonkeyPatch) -> None:
    class Port:
        rs485_mode = None

        def __init__(self, *_: object, **__: object) -> None:
            pass

    monkeypatch.setattr("serial.Serial", Port)
    wire = SerialWire(
        "/dev/ttyAMA0", SerialSettings(9600, 8, "E", 1, Direction(rts_on_send=False, delay_before_send_s=0.001, delay_after_send_s=0.002))
    )
    mode = wire._make().rs485_mode
    assert mode is not None
    assert (mode.rts_level_for_tx, mode.rts_level_for_rx, mode.delay_before_tx, mode.delay_before_rx) == (False, True, 0.001, 0.002)


def test_an_ftdi_adapter_is_told_to_hand_on_at_once(tmp_path: Path) -> None:
    (tmp_path / "ttyUSB0").mkdir()
    timer = tmp_path / "ttyUSB0" / "latency_timer"
    timer.write_text("16\n")
    _hasten("/dev/ttyUSB0", tmp_path)
    assert timer.read_text() == "1"
    _hasten("/dev/ttyS0", tmp_path)


async def test_a_tcp_device_that_forgot_its_connection_is_connected_to_anew() -> None:
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
    exchange = TcpClient(TcpWire("127.0.0.1", server.sockets[0].getsockname()[1]), 0.05)
    tally = DeviceCounters()
    for _ in range(3):
        with pytest.raises(NoResponse):
            await exchange.ask(read_request(1, 3, 0, 1), tally)
    assert (await exchange.ask(read_request(1, 3, 0, 1), tally)).data == b"\x00\x2a"
    assert connections == 2
    exchange.close()
    await asyncio.gather(*ends, return_exceptions=True)
    server.close()
