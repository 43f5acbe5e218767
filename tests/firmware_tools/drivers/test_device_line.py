"""The way to a device: clients at the settings of its line or of its bootloader."""

import asyncio

import pytest

from firmware_tools.drivers.device_line import DeviceLine, ask
from firmware_tools.drivers.port import NoFirmwareAnswer, UpdateUnsupported
from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.modbus.client_port import NoResponse
from gateway.fieldbus.modbus.pdu import Request, Response, read_request
from gateway.fieldbus.wire.serial_port import Direction, SerialSettings
from gateway.model.profile import FirmwareUpdate, Serial
from gateway.simulate.bootloaders.bus import BusWay
from gateway.simulate.bootloaders.registers import Meter
from tests.firmware_tools.drivers.lines import FAST, bus_of, line_to

OWN = FirmwareUpdate(driver="xmodem", source="tests", serial=Serial(baud=57600, parity="E"))


@pytest.mark.parametrize("way", ["serial", "rtu_over_tcp", "tcp"])
async def test_a_client_asks_a_device_in_each_way(way: BusWay) -> None:
    async with bus_of(Meter(7, 115200), way=way) as bus:
        client = line_to(bus, 7, way=way).client(1.0)
        assert (await ask(client, read_request(7, 4, 3, 2))).data == b"\x00\x03\x00\x04"
        client.close()
        await asyncio.sleep(0.01)


def test_the_bootloader_has_its_own_settings_and_the_ports_direction_control() -> None:
    direction = Direction(rts_on_send=True, delay_before_send_s=0.0, delay_after_send_s=0.0)
    line = DeviceLine(1, FAST._replace(direction=direction), lambda _: pytest.fail("opened"))
    assert line.for_bootloader(OWN).settings == SerialSettings(57600, 8, "E", 1, direction)
    assert line.for_bootloader(FirmwareUpdate(driver="xmodem", source="tests")) is line


def test_the_settings_behind_a_device_server_cannot_be_changed() -> None:
    line = DeviceLine(1, FAST, lambda _: pytest.fail("opened"), serial=False)
    with pytest.raises(UpdateUnsupported, match="57600 baud"):
        line.for_bootloader(OWN)
    fitting = FirmwareUpdate(driver="xmodem", source="tests", serial=Serial(baud=115200))
    assert line.for_bootloader(fitting).settings == FAST


class Scripted:
    """Answers requests with what is listed: an exception's code, or None for silence."""

    def __init__(self, *answers: int | None) -> None:
        self._answers = list(answers)

    async def execute(self, request: Request, counters: DeviceCounters) -> Response:
        answer = self._answers.pop(0)
        if answer is None:
            raise NoResponse(garbled=False)
        return Response(b"", answer)


async def test_a_device_that_is_silent_or_busy_is_asked_again() -> None:
    assert (await ask(Scripted(None, 6, 2), read_request(1, 3, 0, 1))).exception == 2
    with pytest.raises(NoFirmwareAnswer, match="unit 1 did not answer 3 requests"):
        await ask(Scripted(None, 5, None), read_request(1, 3, 0, 1))
