"""The contract of every driver, against simulated devices over real sockets and ptys, then what each way adds."""

import asyncio
import os
import tty
from pathlib import Path

import pytest

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.commands import Command, OutcomeStatus, WritePoint
from gateway.fieldbus.line.driver_port import Driver, read_once
from gateway.fieldbus.line_factory import build_line
from gateway.fieldbus.modbus.commands import SendRequest
from gateway.fieldbus.modbus.pdu import read_request
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.fieldbus.wire.port import WireError
from gateway.host.clock import now_ms
from gateway.model.quality import Quality
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.simulate.street.served_log import read_served
from tests.fieldbus.line.lines import LIBRARY, PROFILE, WAYS, Way, rig, values_of

MODBUS: list[Way] = [way for way in WAYS if way != "text"]


def without_port(way: Way, folder: Path) -> tuple[Driver, BoundDevice]:
    profile = LIBRARY.get(PROFILE[way])
    device = DeviceSettings(id="d", profile=profile.profile, asset="a", unit=1, channels={0: "a"})
    bound = bind(device, profile, {})
    line = LineSettings(
        id="l",
        devices=[device],
        serial=None if "tcp" in way else str(folder / "nothing"),
        tcp="127.0.0.1:1" if way == "tcp" else None,
        rtu_over_tcp="127.0.0.1:1" if way == "rtu_over_tcp" else None,
    )
    return build_line(line, [bound], LearnedStore(None), now_ms).driver, bound


@pytest.mark.parametrize("way", WAYS)
async def test_every_value_read_is_the_value_served(way: Way, tmp_path: Path) -> None:
    async with rig(way, tmp_path) as one:
        before = now_ms()
        readings = await one.read()
        await asyncio.sleep(0.05)
        served, found = one.served(), values_of(one.device, readings)
        assert found
        assert all(value == served[key] for key, value in found.items() if value is not None)
        assert all(before <= reading.t_ms <= now_ms() for reading in readings)
        if way != "text":
            assert found.keys() <= served.keys()
            assert not any(reading.quality for reading in readings)


@pytest.mark.parametrize("way", WAYS)
async def test_a_silent_device_has_no_values_and_a_quality_that_says_why(way: Way, tmp_path: Path) -> None:
    async with rig(way, tmp_path, timeout_s=0.2) as one:
        one.faults.what = "silent"
        readings = await one.read()
        assert all(value is None for reading in readings for value in reading.values)
        codes = {code for reading in readings for code in reading.quality.values()}
        assert codes == ({Quality.BadTimeout, Quality.GoodNoData} if way == "text" else {Quality.BadTimeout})
        assert all(len(reading.quality) == len(reading.values) for reading in readings)


@pytest.mark.parametrize("way", WAYS)
async def test_a_device_that_responds_again_is_read_again(way: Way, tmp_path: Path) -> None:
    async with rig(way, tmp_path, timeout_s=0.3) as one:
        one.faults.what = "silent"
        await one.read()
        one.faults.what = None
        readings = await one.read()
        assert any(value is not None for value in values_of(one.device, readings).values())


@pytest.mark.parametrize("way", WAYS)
async def test_reading_a_line_without_its_port_raises(way: Way, tmp_path: Path) -> None:
    driver, bound = without_port(way, tmp_path)
    with pytest.raises(WireError, match="can't be"):
        await read_once(driver, bound)


@pytest.mark.parametrize("way", WAYS)
async def test_reading_after_close_opens_the_line_again(way: Way, tmp_path: Path) -> None:
    async with rig(way, tmp_path) as one:
        await one.read()
        one.driver.close()
        assert any(value is not None for value in values_of(one.device, await one.read()).values())


async def test_noise_costs_only_the_reads_that_it_garbles(tmp_path: Path) -> None:
    async with rig("rtu", tmp_path, timeout_s=0.2) as one:
        one.faults.what = "noisy"
        qualities: set[int] = set()
        good = False
        for _ in range(40):  # noise garbles two of five responses
            readings = await one.read()
            await asyncio.sleep(0.05)
            qualities |= set(readings[0].quality.values())
            good = bool(one.served("delivered"))
            if good and qualities:
                break
        assert qualities <= {Quality.BadCommunicationError}
        assert qualities
        assert good, "some of the responses are good"


async def test_a_late_response_is_never_taken_for_the_next_one(tmp_path: Path) -> None:
    """Other clients, such as pymodbus, return the late response of one request as the response to the next."""
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    loop = asyncio.get_running_loop()
    sent = 0

    def late() -> None:
        nonlocal sent
        os.read(master, 4096)
        sent += 1
        value = sent
        from gateway.fieldbus.codec.checksums import crc16

        frame = bytes([1, 4, 4, 0, value, 0, value])
        loop.call_later(0.13, os.write, master, frame + crc16(frame))

    loop.add_reader(master, late)
    profile = LIBRARY.get("xy_md02")
    device = DeviceSettings(id="d", profile="xy_md02", asset="a", unit=1)
    bound = bind(device, profile, {})
    driver = build_line(
        LineSettings(id="l", serial=os.ttyname(slave), timeout=0.1, devices=[device]), [bound], LearnedStore(None), now_ms
    ).driver
    for _ in range(4):
        assert [list(reading.values) for reading in (await read_once(driver, bound)).readings] == [[None, None]]
    driver.close()
    loop.remove_reader(master)
    await asyncio.sleep(0.2)
    os.close(master)
    os.close(slave)


async def test_a_mean_is_that_of_the_messages_since_the_last_reading(tmp_path: Path) -> None:
    async with rig("text", tmp_path) as one:
        await one.read()
        first = len(read_served(one.log))
        await asyncio.sleep(2.5)
        (reading,) = await one.read()
        await asyncio.sleep(0.05)
        speeds = [answer.values[0].value for answer in read_served(one.log)[first:] if answer.streamed]
        mean = values_of(one.device, [reading])["ic-1", "average_speed"]
        assert mean == (round(sum(map(float, speeds)) / len(speeds), 3) if speeds else None)


class _Dance(Command, frozen=True):
    """A command that no driver has."""


@pytest.mark.parametrize("way", WAYS)
async def test_an_unknown_command_is_not_supported_and_sends_nothing(way: Way, tmp_path: Path) -> None:
    async with rig(way, tmp_path) as one:
        outcome = await one.driver.execute(one.device, _Dance())
        assert outcome.status is OutcomeStatus.NOT_SUPPORTED
        assert "_Dance" in outcome.reason
        assert one.driver.counters("d").sent == 0


@pytest.mark.parametrize("way", WAYS)
async def test_a_point_is_written_if_the_driver_can_write_and_the_device_is_read_afterwards(way: Way, tmp_path: Path) -> None:
    async with rig(way, tmp_path) as one:
        await one.read()
        outcome = await one.driver.execute(one.device, WritePoint("setpoint", 40))
        assert outcome.status is (OutcomeStatus.NOT_SUPPORTED if way == "text" else OutcomeStatus.DONE)
        assert one.written == ([] if way == "text" else [(900, 80)])
        assert any(value is not None for value in values_of(one.device, await one.read()).values())


@pytest.mark.parametrize("way", MODBUS)
@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (WritePoint("setpiont", 40), "has no point 'setpiont'"),
        (WritePoint("setpoint", 101), "outside the safe range"),
        (WritePoint("setpoint", 40, channel=1), "has no channel 1"),
    ],
)
async def test_an_invalid_write_sends_nothing_and_says_what_is_possible(way: Way, command: WritePoint, reason: str, tmp_path: Path) -> None:
    async with rig(way, tmp_path) as one:
        outcome = await one.driver.execute(one.device, command)
        assert outcome.status is OutcomeStatus.INVALID
        assert reason in outcome.reason
        assert one.written == []
        assert one.driver.counters("d").sent == 0


@pytest.mark.parametrize("way", MODBUS)
async def test_a_raw_request_returns_the_data_of_its_response_or_the_exception(way: Way, tmp_path: Path) -> None:
    async with rig(way, tmp_path) as one:
        await one.read()
        ((function, address), *_) = [
            (4 if slot.point.input is not None else 3, slot.point.input or slot.point.holding or 0) for slot in one.device.slots
        ]
        done = await one.driver.execute(one.device, SendRequest(read_request(one.device.unit, function, address, 1)))
        assert (done.status, len(done.data), done.exception) == (OutcomeStatus.DONE, 2, None)
        refused = await one.driver.execute(one.device, SendRequest(read_request(one.device.unit, 3, 60_000, 1)))
        assert (refused.status, refused.reason, refused.exception) == (OutcomeStatus.REFUSED, "illegal address (2)", 2)


@pytest.mark.parametrize("way", MODBUS)
async def test_a_command_to_a_silent_device_ends_without_response_and_is_counted(way: Way, tmp_path: Path) -> None:
    async with rig(way, tmp_path, timeout_s=0.1) as one:
        one.faults.what = "silent"
        outcome = await one.driver.execute(one.device, WritePoint("setpoint", 40))
        assert (outcome.status, outcome.reason) == (OutcomeStatus.NO_RESPONSE, "no response")
        assert one.driver.counters("d").timeouts == 1


@pytest.mark.parametrize("way", MODBUS)
async def test_a_command_on_a_line_without_its_port_raises(way: Way, tmp_path: Path) -> None:
    driver, bound = without_port(way, tmp_path)
    with pytest.raises(WireError, match="can't be"):
        await driver.execute(bound, SendRequest(read_request(1, 3, 0, 1)))
