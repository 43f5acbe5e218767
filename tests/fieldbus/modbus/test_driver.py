"""The Modbus driver: it finds what a device refuses, stores it, and reads everything else."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.driver_port import Driver, read_once
from gateway.fieldbus.line_factory import build_line
from gateway.fieldbus.modbus.driver import ModbusDriver
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.model.profile import Measurement, Modbus, Point, Profile, Source
from gateway.model.quality import Quality
from gateway.model.reading import Reading
from gateway.model.site.lines import DeviceSettings, LineSettings

FIELDS = ("voltage_l1", "voltage_l2", "voltage_l3", "current_l1", "current_l2", "current_l3")


class Server:
    """A server whose registers contain their own addresses; `refuse` are the exceptions to respond with next."""

    def __init__(self) -> None:
        self.has: Callable[[int, int], bool] = lambda _first, _end: True
        self.reads: list[tuple[int, int]] = []
        self.refuse: list[int] = []
        self.silent = False
        self.most_at_once = 0
        self.gone = asyncio.Event()
        self._waiting = 0

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks = []
        try:
            while head := await reader.readexactly(12):
                tasks.append(asyncio.create_task(self._answer(head, writer)))
        except (asyncio.IncompleteReadError, ConnectionError):
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            writer.close()
            self.gone.set()

    async def _answer(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        transaction, _, _, unit, function, address, count = struct.unpack(">HHHBBHH", head)
        self.reads.append((address, count))
        self._waiting += 1
        self.most_at_once = max(self.most_at_once, self._waiting)
        await asyncio.sleep(0.005)
        self._waiting -= 1
        if self.silent:
            return
        code = self.refuse.pop(0) if self.refuse else 0 if self.has(address, address + count) else 2
        body = (
            bytes((unit, function | 0x80, code))
            if code
            else struct.pack(f">BBB{count}H", unit, function, 2 * count, *range(address, address + count))
        )
        writer.write(struct.pack(">HHH", transaction, 0, len(body)) + body)


def profile(*addresses: int, **modbus: Any) -> Profile:
    points = [Point(name=f"p{address}", holding=address, type="uint16", unit="V" if n < 3 else "A") for n, address in enumerate(addresses)]
    fields = {field: point.name for field, point in zip(FIELDS, points, strict=False)}
    return Profile(
        profile="made", vendor="v", model="m", kind="lighting_meter", confidence="low", sources=[Source(ref="here")],
        modbus=Modbus(unit=1, turnaround=0.005, **modbus), points=points, measurements=[Measurement(measurement="lighting_meter", fields=fields)],
    )  # fmt: skip


class Rig:
    def __init__(self, server: Server, driver: Driver, device: BoundDevice) -> None:
        self.server, self.driver, self.device = server, driver, device

    async def read(self) -> Reading:
        self.server.reads.clear()
        (reading,) = (await read_once(self.driver, self.device)).readings
        return reading


@asynccontextmanager
async def rig(*addresses: int, store: LearnedStore | None = None, **modbus: object) -> AsyncIterator[Rig]:
    server = Server()
    listening = await asyncio.start_server(server.connected, "127.0.0.1", 0)
    made = profile(*addresses, **modbus)
    device = DeviceSettings(id="d", profile="made", unit=1, asset="a")
    bound = bind(device, made, {})
    line = LineSettings(id="l", tcp=f"127.0.0.1:{listening.sockets[0].getsockname()[1]}", timeout=0.3, devices=[device])
    driver = build_line(line, [bound], store or LearnedStore(None), lambda: 0).driver
    try:
        yield Rig(server, driver, bound)
    finally:
        driver.close()
        listening.close()
        if server.reads:
            await server.gone.wait()


def refusing(*holes: int) -> Callable[[int, int], bool]:
    return lambda first, end: not any(first <= hole < end for hole in holes)


async def test_a_refused_bridge_is_split_and_not_tried_again(tmp_path: Path) -> None:
    store = LearnedStore(tmp_path)
    async with rig(10, 14, store=store) as one:
        one.server.has = refusing(12)
        first = await one.read()
        assert (list(first.values), first.quality) == ([10, 14], {})
        assert one.server.reads == [(10, 5), (10, 5), (10, 1), (14, 1)]
        second = await one.read()
        assert (list(second.values), one.server.reads) == ([10, 14], [(10, 1), (14, 1)])
    store.flush()
    async with rig(10, 14, store=LearnedStore(tmp_path)) as again:
        again.server.has = refusing(12)
        assert list((await again.read()).values) == [10, 14]
        assert again.server.reads == [(10, 1), (14, 1)], "it survives a restart"


async def test_only_the_bridge_that_was_refused_is_given_up() -> None:
    async with rig(10, 14, 18, 22) as one:
        one.server.has = refusing(20)
        assert list((await one.read()).values) == [10, 14, 18, 22]
        await one.read()
        assert one.server.reads == [(10, 9), (22, 1)]


async def test_a_refused_point_is_named_and_its_neighbours_are_read() -> None:
    async with rig(10, 11, 12, 13) as one:
        one.server.has = refusing(12)
        first = await one.read()
        assert list(first.values) == [10, 11, None, 13]
        assert first.quality == {2: Quality.BadConfigurationError}
        second = await one.read()
        assert list(second.values) == [10, 11, None, 13]
        assert (12, 1) not in one.server.reads
        assert one.driver.refused_points("d") == ["p12"]


async def test_a_refused_point_is_retried_in_its_own_read_and_rejoins_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    import gateway.fieldbus.modbus.planning.refusals as refusals

    monkeypatch.setattr(refusals, "_FIRST_RETRY_S", 0.05)
    async with rig(10, 11, 12) as one:
        one.server.has = refusing(11)
        await one.read()
        one.server.has = refusing()
        await asyncio.sleep(0.06)
        back = await one.read()
        assert (list(back.values), back.quality) == ([10, 11, 12], {})
        assert (11, 1) in one.server.reads
        await one.read()
        assert one.server.reads == [(10, 3)]
        assert one.driver.refused_points("d") == []


async def test_after_a_stray_exception_the_read_is_repeated_and_nothing_is_learned() -> None:
    async with rig(10, 11, 20) as one:
        await one.read()
        one.server.refuse = [2]
        reading = await one.read()
        assert (list(reading.values), reading.quality) == ([10, 11, 20], {})
        assert one.server.reads == [(10, 11), (10, 11)]
        await one.read()
        assert one.server.reads == [(10, 11)]


async def test_a_point_that_was_once_read_is_not_stored_as_refused() -> None:
    store = LearnedStore(None)
    async with rig(10, store=store) as one:
        await one.read()
        one.server.has = refusing(10)
        assert (await one.read()).quality == {0: Quality.BadConfigurationError}
        assert store._state._changed["d"].refused == ()
        assert one.driver.refused_points("d") == ["p10"]


async def test_a_boundary_between_contiguous_registers_is_learned_too() -> None:
    async with rig(*range(10, 16)) as one:
        one.server.has = lambda first, end: not first < 13 < end
        assert list((await one.read()).values) == list(range(10, 16))
        await one.read()
        assert one.server.reads == [(10, 3), (13, 3)]


@pytest.mark.parametrize(
    ("code", "quality"),
    [
        (4, Quality.BadDeviceFailure),
        (5, Quality.BadWaitingForInitialData),
        (6, Quality.BadWaitingForInitialData),
        (11, Quality.BadNoCommunication),
    ],
)
async def test_nothing_is_learned_from_other_exceptions(code: int, quality: Quality) -> None:
    async with rig(10, 14) as one:
        one.server.refuse = [code]
        reading = await one.read()
        assert set(reading.quality.values()) == {quality}
        assert one.server.reads == [(10, 5)]
        assert list((await one.read()).values) == [10, 14]


async def test_nothing_is_learned_from_silence() -> None:
    async with rig(10, 14) as one:
        one.server.has = refusing(12)
        one.server.refuse = [2, 2]
        reading = asyncio.create_task(one.read())
        while len(one.server.reads) < 2:
            await asyncio.sleep(0.001)
        one.server.silent = True
        assert list((await reading).values) == [None, None]
        one.server.silent = False
        one.server.refuse = []
        one.server.has = refusing()
        assert list((await one.read()).values) == [10, 14]
        assert one.server.reads == [(10, 5)]


async def test_after_one_time_out_the_rest_of_a_devices_reads_are_skipped() -> None:
    async with rig(0, 200, 400) as one:
        await one.read()
        one.server.silent = True
        reading = await one.read()
        assert set(reading.quality.values()) == {Quality.BadTimeout}
        assert one.server.reads == [(0, 1)]


@pytest.mark.parametrize("code", [10, 11])
async def test_after_a_bridge_says_that_a_device_does_not_respond_the_rest_of_its_reads_are_skipped(code: int) -> None:
    async with rig(0, 200, 400) as one:
        await one.read()
        one.server.refuse = [code] * 3
        reading = await one.read()
        assert set(reading.quality.values()) == {Quality.BadNoCommunication}
        assert one.server.reads == [(0, 1)]


async def test_several_reads_are_in_flight_only_if_the_profile_allows_it() -> None:
    addresses = (0, 200, 400, 600, 800)
    async with rig(*addresses, in_flight=3) as one:
        assert list((await one.read()).values) == list(addresses)
        assert one.server.most_at_once == 3
    async with rig(*addresses) as one:
        assert list((await one.read()).values) == list(addresses)
        assert one.server.most_at_once == 1


async def test_devices_behind_a_bridge_never_get_two_requests_at_once() -> None:
    made = profile(0, 200, in_flight=4)
    devices = [DeviceSettings(id=f"d{n}", profile="made", unit=n, asset="a") for n in (1, 2)]
    bound = [bind(device, made, {}) for device in devices]
    driver = build_line(LineSettings(id="l", tcp="127.0.0.1:1", devices=devices), bound, LearnedStore(None), lambda: 0).driver
    assert isinstance(driver, ModbusDriver)
    assert driver._in_flight == 1
