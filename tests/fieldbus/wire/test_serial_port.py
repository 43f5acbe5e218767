"""Serial ports: found, opened, and set up."""

import asyncio
import os
import termios
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import serial

from gateway.fieldbus.wire.port import WireError
from gateway.fieldbus.wire.serial_port import Direction, SerialSettings, SerialWire, _set_low_latency, port_path

EIGHT_NONE_ONE = SerialSettings(9600, 8, "N", 1)


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


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


def test_a_port_is_found_by_its_serial_number(monkeypatch: pytest.MonkeyPatch) -> None:
    class There:
        device, serial_number = "/dev/ttyUSB7", "A50285BI"

    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: [There])
    assert port_path("usb:A50285BI") == "/dev/ttyUSB7"
    assert port_path("/dev/ttyS0") == "/dev/ttyS0"
    with pytest.raises(FileNotFoundError, match=r"no adapter with serial number X is plugged in \(found: A50285BI\)"):
        port_path("usb:X")


async def test_a_port_without_direction_control_is_reported() -> None:
    async with wire_end() as (_, path):
        wire = SerialWire(
            path, SerialSettings(9600, 8, "N", 1, Direction(rts_on_send=True, delay_before_send_s=0.0, delay_after_send_s=0.0))
        )
        with pytest.raises(WireError, match="can't be opened: Failed to set RS485 mode"):
            await wire.open(lambda _: None, lambda _: None)


def test_direction_control_follows_the_site_file(monkeypatch: pytest.MonkeyPatch) -> None:
    class Port:
        rs485_mode = None

        def __init__(self, *_: object, **__: object) -> None:
            pass

        def reset_input_buffer(self) -> None:
            pass

    monkeypatch.setattr("serial.Serial", Port)
    wire = SerialWire(
        "/dev/ttyAMA0", SerialSettings(9600, 8, "E", 1, Direction(rts_on_send=False, delay_before_send_s=0.001, delay_after_send_s=0.002))
    )
    mode = wire._make().rs485_mode
    assert mode is not None
    assert (mode.rts_level_for_tx, mode.rts_level_for_rx, mode.delay_before_tx, mode.delay_before_rx) == (False, True, 0.001, 0.002)


def test_an_ftdi_adapter_is_set_to_pass_bytes_on_at_once(tmp_path: Path) -> None:
    (tmp_path / "ttyUSB0").mkdir()
    timer = tmp_path / "ttyUSB0" / "latency_timer"
    timer.write_text("16\n")
    _set_low_latency("/dev/ttyUSB0", tmp_path)
    assert timer.read_text() == "1"
    _set_low_latency("/dev/ttyS0", tmp_path)


async def test_a_port_that_refuses_its_settings_is_a_wire_error_and_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise termios.error(22, "Invalid argument")  # not an OSError

    monkeypatch.setattr(termios, "tcsetattr", refuse)
    async with wire_end() as (_, path):
        before = open_descriptors()
        for _ in range(3):
            with pytest.raises(WireError, match="can't be opened: it refuses 9600 baud, 8E1; check 'baud', 'parity'"):
                await SerialWire(path, SerialSettings(9600, 8, "E", 1)).open(lambda _: None, lambda _: None)
        assert open_descriptors() == before


@pytest.mark.parametrize("error", [termios.error(5, "Input/output error"), OSError(5, "Input/output error")])
async def test_a_port_that_is_unplugged_while_it_is_opened_or_closed_is_a_wire_error(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: serial.Serial) -> None:
        raise error

    async with wire_end() as (_, path):
        before = open_descriptors()
        with monkeypatch.context() as patched:
            patched.setattr(serial.Serial, "reset_input_buffer", gone)
            with pytest.raises(WireError, match="Input/output error"):
                await SerialWire(path, EIGHT_NONE_ONE).open(lambda _: None, lambda _: None)
        assert open_descriptors() == before
        wire = SerialWire(path, EIGHT_NONE_ONE)
        await wire.open(lambda _: None, lambda _: None)
        with monkeypatch.context() as patched:
            patched.setattr(serial.Serial, "close", gone)
            wire.close()
        with pytest.raises(WireError, match="closed"):
            wire.write(b"x")


async def test_a_receiver_that_fails_on_some_bytes_loses_the_wire_and_is_not_called_for_ever(caplog: pytest.LogCaptureFixture) -> None:
    lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def receive(_: bytes) -> None:
        raise IndexError("as a bug would")

    async with wire_end() as (master, path):
        wire = SerialWire(path, EIGHT_NONE_ONE)
        await wire.open(receive, lost.set_result)
        os.write(master, b"\x01\x02")
        async with asyncio.timeout(10):
            assert (await lost).endswith("the received bytes can't be processed: as a bug would")
        assert "01 02" in caplog.text
