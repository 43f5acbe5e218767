"""Lines against simulated devices over real sockets and ptys: one contract for every way, then what each adds."""

import asyncio
import os
import time
import tty
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import pytest

from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice, StreamGroup
from gateway.fieldbus.dialects.text_lines import LineSplitter
from gateway.fieldbus.line.driver_port import Driver, read_once
from gateway.fieldbus.line.owner import LineOwner, LineTerms
from gateway.fieldbus.line_factory import build_line
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.fieldbus.wire.port import WireError
from gateway.host.clock import now_ms
from gateway.model.quality import Quality
from gateway.model.reading import Reading
from gateway.model.site import DeviceSettings, LineSettings
from gateway.model.stream import value_in_unit
from gateway.simulate.devices.modbus_server import ModbusLine, serve_rtu, serve_tcp
from gateway.simulate.devices.pty import Pty
from gateway.simulate.devices.radar import Radar
from gateway.simulate.devices.world import World
from gateway.simulate.street.faults import Faults
from gateway.simulate.street.layout import SimDevice, SimGateway, SimLine
from gateway.simulate.street.served_log import ServedLog, read_served

LIBRARY = ProfileLibrary()
Way = Literal["tcp", "rtu_over_tcp", "rtu", "text"]
SIM: dict[Way, SimDevice] = {
    "tcp": SimDevice("d", "dali", 1, ["pl-1", "pl-2", "pl-3"], 1.0),
    "rtu": SimDevice("d", "em340", 3, ["qe-1"], 1.0),
    "rtu_over_tcp": SimDevice("d", "xy_md02", 9, ["st-1"], 1.0),
    "text": SimDevice("d", "ops243", 0, ["ic-1"], 1.0),
}
PROFILE: dict[Way, str] = {
    "tcp": "intesis_ibmbsdal",
    "rtu": "carlo_gavazzi_em340",
    "rtu_over_tcp": "xy_md02",
    "text": "omnipresense_ops243",
}
WAYS = list(SIM)


class NoFaults(Faults):
    """Nothing is ever wrong, but for the one device that is told to be silent or noisy."""

    def __init__(self, what: str | None = None) -> None:
        super().__init__(1, [], [], [])
        self.what = what

    def silent(self, device: str, t_s: float) -> bool:
        return self.what == "silent"

    def noisy(self, line: str, t_s: float) -> bool:
        return self.what == "noisy"


class Rig:
    """One simulated line, and the driver that speaks on it."""

    def __init__(self, driver: Driver, device: BoundDevice, faults: NoFaults, log: Path, line: LineSettings) -> None:
        self.driver, self.device, self.faults, self.log, self.line = driver, device, faults, log, line

    async def read(self) -> list[Reading]:
        return (await read_once(self.driver, self.device)).readings

    def served(self, fate: str = "delivered") -> dict[tuple[str, str], object]:
        return {
            (value.asset, value.field): value.value for answer in read_served(self.log) if answer.fate == fate for value in answer.values
        }


@asynccontextmanager
async def rig(way: Way, folder: Path, timeout_s: float = 0.6) -> AsyncIterator[Rig]:
    sim = SimLine("l", way, 115200, [SIM[way]])
    gateway = SimGateway("o", "g", [sim])
    world = World(gateway, 1, 60.0, time.time())
    world.faults = faults = NoFaults()
    log = ServedLog(folder / "served.jsonl")
    flush = asyncio.create_task(_flushing(log))
    tasks: list[asyncio.Task[None]] = [flush]
    pty = None
    if way in ("tcp", "rtu_over_tcp"):
        address, server = await serve_tcp(ModbusLine(sim, world, log))
        tasks.append(asyncio.create_task(server.serve_forever()))
    else:
        pty = Pty(sim.baud)
        address = pty.path
        serving = serve_rtu(ModbusLine(sim, world, log), pty) if way == "rtu" else Radar(sim, world, log, pty).run()
        tasks.append(asyncio.create_task(serving))
    profile = LIBRARY.get(PROFILE[way])
    device = DeviceSettings(
        id="d",
        profile=profile.profile,
        unit=SIM[way].unit or None,
        asset=SIM[way].assets[0],
        channels=dict(enumerate(SIM[way].assets)) if way == "tcp" else {},
    )
    endpoint: dict[str, Any] = {way if "tcp" in way else "serial": address}
    line = LineSettings(id="l", devices=[device], timeout=timeout_s, **endpoint)
    bound = bind(device, profile, {})
    driver = build_line(line, [bound], LearnedStore(None), now_ms).driver
    try:
        yield Rig(driver, bound, faults, folder / "served.jsonl", line)
    finally:
        driver.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if pty is not None:
            pty.close()
        log.close()


async def until(ready: Callable[[], bool], within_s: float = 20.0) -> None:
    async with asyncio.timeout(within_s):
        while not ready():
            await asyncio.sleep(0.01)


async def _flushing(log: ServedLog) -> None:
    while True:
        log.flush()
        await asyncio.sleep(0.01)


def values_of(device: BoundDevice, readings: list[Reading]) -> dict[tuple[str, str], object]:
    found: dict[tuple[str, str], object] = {}
    for reading in readings:
        stream = device.streams[reading.stream].stream
        if stream.measurement == "event":
            continue  # made by the refinery, not by the line
        for field, raw in zip(stream.fields, reading.values, strict=True):
            found[stream.asset, field.name] = value_in_unit(raw, field.converter())
    return found


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
async def test_a_silent_device_gives_no_values_and_says_so(way: Way, tmp_path: Path) -> None:
    async with rig(way, tmp_path, timeout_s=0.2) as one:
        one.faults.what = "silent"
        readings = await one.read()
        assert all(value is None for reading in readings for value in reading.values)
        codes = {code for reading in readings for code in reading.quality.values()}
        assert codes == ({Quality.BadTimeout, Quality.GoodNoData} if way == "text" else {Quality.BadTimeout})
        assert all(len(reading.quality) == len(reading.values) for reading in readings)


@pytest.mark.parametrize("way", WAYS)
async def test_a_device_that_comes_back_is_read_again(way: Way, tmp_path: Path) -> None:
    async with rig(way, tmp_path, timeout_s=0.3) as one:
        one.faults.what = "silent"
        await one.read()
        one.faults.what = None
        readings = await one.read()
        assert any(value is not None for value in values_of(one.device, readings).values())


@pytest.mark.parametrize("way", WAYS)
async def test_a_line_that_is_not_there_is_said_to_be_gone(way: Way, tmp_path: Path) -> None:
    endpoint: dict[str, Any] = {way: "127.0.0.1:1"} if "tcp" in way else {"serial": str(tmp_path / "nothing")}
    profile = LIBRARY.get(PROFILE[way])
    device = DeviceSettings(id="d", profile=profile.profile, asset="a", unit=1, channels={0: "a"})
    bound = bind(device, profile, {})
    driver = build_line(LineSettings(id="l", devices=[device], **endpoint), [bound], LearnedStore(None), now_ms).driver
    with pytest.raises(WireError, match="can't be"):
        await read_once(driver, bound)


@pytest.mark.parametrize("way", WAYS)
async def test_closing_and_reading_again_opens_the_line_again(way: Way, tmp_path: Path) -> None:
    async with rig(way, tmp_path) as one:
        await one.read()
        one.driver.close()
        assert any(value is not None for value in values_of(one.device, await one.read()).values())


async def test_noise_costs_only_the_reads_that_it_hit(tmp_path: Path) -> None:
    async with rig("rtu", tmp_path, timeout_s=0.2) as one:
        one.faults.what = "noisy"
        qualities: set[int] = set()
        for _ in range(5):
            readings = await one.read()
            await asyncio.sleep(0.05)
            qualities |= set(readings[0].quality.values())
        good = one.served("delivered")
        assert qualities <= {Quality.BadCommunicationError}
        assert qualities
        assert good, "some of the answers came through"


async def test_after_a_time_out_a_late_answer_is_not_taken_for_the_next(tmp_path: Path) -> None:
    """A slave that answers each request one time-out too late: pymodbus and others hand out such answers as the next one's."""
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


async def test_the_mean_of_a_stream_is_that_of_the_lines_since_the_last_reading(tmp_path: Path) -> None:
    async with rig("text", tmp_path) as one:
        await one.read()
        first = len(read_served(one.log))
        await asyncio.sleep(2.5)
        (reading,) = await one.read()
        await asyncio.sleep(0.05)
        speeds = [answer.values[0].value for answer in read_served(one.log)[first:] if answer.streamed]
        mean = values_of(one.device, [reading])["ic-1", "average_speed"]
        assert mean == (round(sum(map(float, speeds)) / len(speeds), 3) if speeds else None)


async def test_an_owner_polls_at_the_interval_counts_what_it_missed_and_stops_when_told(tmp_path: Path) -> None:
    async with rig("rtu", tmp_path) as one:
        taken: list[Reading] = []
        device = one.device._replace(groups=(StreamGroup(0.2, one.device.all_streams),))
        terms = LineTerms(0.3, 0.1, whole_seconds=False)
        owner = LineOwner("l", [device], one.driver, terms, lambda _, readings: taken.extend(readings), now_ms)
        stop = asyncio.Event()
        running = asyncio.create_task(owner.run(stop))
        await until(lambda: len(taken) >= 4 * len(device.streams))
        one.faults.what = "silent"
        await until(lambda: owner.counts.silent >= 1)
        await until(lambda: owner.missed >= 2)
        stop.set()
        await asyncio.wait_for(running, 3)
        assert owner.counts.polls == len(taken) / len(device.streams)


async def test_an_owner_whose_port_is_gone_says_so_at_every_tick_and_tries_again(tmp_path: Path) -> None:
    profile = LIBRARY.get("xy_md02")
    device = DeviceSettings(id="d", profile="xy_md02", asset="a", unit=1, every=0.1)
    bound = bind(device, profile, {})
    taken: list[Reading] = []
    driver, terms = build_line(LineSettings(id="l", serial=str(tmp_path / "gone"), devices=[device]), [bound], LearnedStore(None), now_ms)
    owner = LineOwner("l", [bound], driver, terms, lambda _, readings: taken.extend(readings), now_ms)
    stop = asyncio.Event()
    running = asyncio.create_task(owner.run(stop))
    await until(lambda: owner.counts.broken >= 2)
    stop.set()
    await running
    # It said so at every tick, of which many passed before the port was tried for the second time.
    assert len(taken) >= 4
    assert all(set(reading.quality.values()) == {Quality.BadNotConnected} for reading in taken)
    assert owner.broken


def test_a_line_that_never_ends_is_thrown_away_and_the_next_is_read() -> None:
    splitter = LineSplitter("LF")
    for _ in range(100):
        assert splitter.feed(b"x" * 1000) == []
    assert splitter.feed(b"tail\n{}\n") == ["{}"]


def told(line: str) -> list[object]:
    """What one line of a radar comes to: count and mean speed."""
    from gateway.fieldbus.dialects.collector import Collector
    from gateway.fieldbus.dialects.text_lines import LineParser

    profile = LIBRARY.get("omnipresense_ops243")
    bound = bind(DeviceSettings(id="d", profile=profile.profile, asset="a"), profile, {})
    assert profile.text is not None
    found = LineParser(profile.text).parse(line)
    assert found is not None
    slots = [Collector(slot) for slot in bound.slots]
    for slot, collected in zip(bound.slots, slots, strict=True):
        if slot.point.key is not None and slot.point.key in found:
            collected.tell(found[slot.point.key])
    return [slot.take(Quality.BadNoData)[0] for slot in slots]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        "null",
        '{"speed":"fast"}',
        '{"speed":true}',
        '{"speed":1e999}',
        '{"DetectedObjectCount":1e300}',
        '{"speed":9999}',
        "{" * 3000,
        "\x00",
        "9,9,9",
    ],
)
def test_a_line_that_is_noise_gives_no_value(line: str) -> None:
    assert told(line) == [None, None]


def test_a_line_that_is_good_gives_its_value() -> None:
    assert told('{"DetectedObjectCount":12}') == [12, None]
    assert told('{"speed":41.5}') == [None, 41.5]
