"""The driver of serial dialects, with simulated instruments over ptys at their baud rates."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from msgspec import structs

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.dialects.driver import DialectDriver
from gateway.fieldbus.dialects.factory import dialect_of
from gateway.fieldbus.dialects.port import DialectMessage, Query
from gateway.fieldbus.line.driver_port import Driver, read_once
from gateway.fieldbus.line_factory import build_line
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.host.clock import now_ms
from gateway.model.quality import Quality
from gateway.model.reading import Reading
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.simulate.devices.instruments import INSTRUMENTS, Instrument
from gateway.simulate.devices.pty import Pty
from tests.profiles.library import LIBRARY

ASKED = [name for name in INSTRUMENTS if name not in ("plantower_pms5003", "hilink_ld2410", "agd_315")]


class Rig:
    def __init__(self, instrument: Instrument, driver: Driver, device: BoundDevice) -> None:
        self.instrument, self.driver, self.device = instrument, driver, device

    async def read(self) -> list[Reading]:
        return (await read_once(self.driver, self.device)).readings

    def values(self, readings: list[Reading]) -> list[dict[str, object]]:
        shown: list[dict[str, object]] = []
        for reading in readings:
            stream = self.device.streams[reading.stream].stream
            if "vehicle_class" in stream.tags:
                continue
            fields = stream.fields
            numbers = zip(fields, reading.values, strict=True)
            shown.append(
                {field.name: field.converter()(raw) if isinstance(raw, int | float) else raw for field, raw in numbers if raw is not None}
            )
        return shown


@asynccontextmanager
async def rig(name: str, timeout_s: float = 0.5) -> AsyncIterator[Rig]:
    profile = LIBRARY.get(name)
    pty = Pty(profile.serial.baud)
    instrument = INSTRUMENTS[name](pty)
    playing = asyncio.create_task(instrument.run())
    device = DeviceSettings(id="d", profile=name, asset="a", channels={0: "lane-1", 1: "lane-2"} if profile.channels else {})
    bound = bind(device, profile, {})
    driver = build_line(
        LineSettings(id="l", serial=pty.path, timeout=timeout_s, devices=[device]), [bound], LearnedStore(None), now_ms
    ).driver
    try:
        yield Rig(instrument, driver, bound)
    finally:
        driver.close()
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        pty.close()


def equal(found: Mapping[str, object], told: Mapping[str, Any]) -> bool:
    """Return whether every value read was sent, to the digits of a 32-bit float."""
    return bool(found) and all(
        math.isclose(value, told[name], rel_tol=2e-7) if isinstance(value, float) else value == told[name] for name, value in found.items()
    )


RENAMED = {"pm1_0": "pm1", "pm2_5": "pm25"}


def as_fields(told: Mapping[str, object]) -> dict[str, object]:
    return {RENAMED.get(name, name): value for name, value in told.items()}


@pytest.mark.parametrize("name", ASKED)
async def test_values_read_are_those_that_an_instrument_responds(name: str) -> None:
    async with rig(name) as one:
        for _ in range(3):
            one.instrument.reported.clear()
            readings = await one.read()
            told = [as_fields(values) for values in one.instrument.reported]
            found = one.values(readings)
            assert len(found) == len(told)
            for value, expected in zip(found, told, strict=True):
                assert equal(value, expected), (value, expected)


@pytest.mark.parametrize("name", ["plantower_pms5003", "hilink_ld2410", "agd_315"])
async def test_values_read_are_those_that_an_instrument_sends_unasked(name: str) -> None:
    async with rig(name, timeout_s=2.0) as one:
        await one.read()
        one.instrument.reported.clear()
        await asyncio.sleep(1.0)
        readings = await one.read()
        await asyncio.sleep(0.05)
        told = [as_fields(values) for values in one.instrument.reported]
        (found,) = one.values(readings)
        if name == "hilink_ld2410":
            assert any(equal(found, values) for values in told[-2:])
            return
        # A message that was under way at either end may belong to the next interval.
        for field, value in found.items():
            series = [values[field] for values in told]
            means = [sum(part) / len(part) for part in (series, series[1:], series[:-1], series[1:-1]) if part]  # type: ignore[arg-type]
            assert any(math.isclose(value, mean, abs_tol=0.001) for mean in means), (field, value, means)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", INSTRUMENTS)
async def test_a_dead_instrument_times_out_and_is_read_again_when_it_returns(name: str) -> None:
    async with rig(name, timeout_s=0.4) as one:
        one.instrument.silent = True
        readings = await one.read()
        assert all(value is None for reading in readings for value in reading.values)
        codes = {code for reading in readings for code in reading.quality.values()}
        assert codes <= {Quality.BadTimeout, Quality.GoodNoData, Quality.BadWaitingForInitialData}
        one.instrument.silent = False
        await asyncio.sleep(0.5)
        assert any(one.values(await one.read()))


@pytest.mark.parametrize("name", ["nova_sds011", "vaisala_wxt536", "lufft_ws600_umb", "sensirion_sps30"])
async def test_a_damaged_response_is_counted_and_has_no_values(name: str) -> None:
    async with rig(name, timeout_s=0.25) as one:
        await one.read()
        one.instrument.corrupted = 1.0
        readings = await one.read()
        assert all(value is None for reading in readings for value in reading.values)
        assert one.driver.counters("d").crc_errors + one.driver.counters("d").timeouts >= 1


async def test_the_status_of_a_channel_becomes_the_quality_of_its_value() -> None:
    async with rig("lufft_ws600_umb") as one:
        (reading,) = await one.read()
        names = [field.name for field in one.device.streams[0].stream.fields]
        assert reading.values[names.index("dew_point")] is None
        assert reading.quality == {names.index("dew_point"): Quality.BadWaitingForInitialData}


async def test_a_lane_that_does_not_respond_is_absent_and_the_others_are_read() -> None:
    async with rig("wavetronix_smartsensor_hd") as one:
        one.instrument.lanes = 1  # type: ignore[attr-defined]
        first, second = (await one.read())[:2]
        assert None not in first.values
        assert set(second.quality.values()) == {Quality.BadNoData}


async def test_a_late_response_is_not_taken_for_that_of_the_next_query(monkeypatch: pytest.MonkeyPatch) -> None:
    async with rig("nova_sds011", timeout_s=0.25) as one:
        send = one.instrument.send

        async def late(message: bytes) -> None:
            asyncio.get_running_loop().call_later(0.235, lambda: asyncio.ensure_future(send(message)))

        monkeypatch.setattr(one.instrument, "send", late)
        assert all(value is None for reading in await one.read() for value in reading.values)
        monkeypatch.undo()
        (found,) = one.values(await one.read())
        await asyncio.sleep(0.2)
        assert equal(found, as_fields(one.instrument.reported[1]))


async def test_an_instrument_is_set_up_again_after_a_power_failure() -> None:
    async with rig("sensirion_sps30", timeout_s=0.3) as one:
        assert any(one.values(await one.read()))
        one.instrument._measuring, one.instrument.silent = False, True  # type: ignore[attr-defined]
        await one.read()
        one.instrument.silent = False
        await asyncio.sleep(0.2)
        assert any(one.values(await one.read()))


class Talkative:
    """A dialect whose device sends one of its values again and again, and never the others; as a wire, the device itself."""

    setup: Sequence[bytes] = ()
    queries: Sequence[Query] = (Query(b"?"),)
    rejected = 0

    def __init__(self) -> None:
        self._sending: asyncio.Task[None] | None = None

    def expect(self, query: Query) -> None:
        pass

    def feed(self, data: bytes) -> list[DialectMessage]:
        return [DialectMessage({0: data[0]}, {})]

    async def open(self, on_bytes: Callable[[bytes], None], _on_lost: Callable[[str], None]) -> None:
        async def send() -> None:
            while True:
                await asyncio.sleep(0.01)
                on_bytes(b"\x07")

        self._sending = asyncio.create_task(send())

    def write(self, data: bytes) -> None:
        pass

    def close(self) -> None:
        if self._sending is not None:
            self._sending.cancel()


async def test_a_reading_ends_although_its_instrument_sends_one_value_for_ever() -> None:
    talkative, profile = Talkative(), LIBRARY.get("nova_sds011")
    device = bind(DeviceSettings(id="d", profile=profile.profile, asset="a"), profile, {})
    driver = DialectDriver(talkative, device, lambda: talkative, 0.05, now_ms)
    async with asyncio.timeout(10):
        (reading,) = (await read_once(driver, device)).readings
    assert reading.quality.keys() == set(range(1, len(device.slots))), "the value that it sends is good"
    driver.close()


class Spoken:
    """The wire of a device that sends only when the test says so."""

    def __init__(self) -> None:
        self.say: Callable[[bytes], None] = lambda _: None

    async def open(self, on_bytes: Callable[[bytes], None], _on_lost: Callable[[str], None]) -> None:
        self.say = on_bytes

    def write(self, data: bytes) -> None:
        pass

    def close(self) -> None:
        pass


async def test_a_device_that_sends_by_itself_is_missing_until_it_is_heard_and_when_it_falls_silent_for_too_long() -> None:
    """Else a dead radar equals a quiet road."""
    listened = LIBRARY.get("omnipresense_ops243")
    assert listened.text is not None
    profile = structs.replace(listened, text=structs.replace(listened.text, ask=[], setup=[], expected_within=0.05))
    wire, device = Spoken(), bind(DeviceSettings(id="d", profile=profile.profile, asset="a"), profile, {})
    driver = DialectDriver(wire, device, lambda: dialect_of(device), 0.01, now_ms)
    speeds = [number for number, slot in enumerate(device.slots) if slot.point.collect == "mean"]
    assert speeds

    async def qualities() -> set[int]:
        (reading, *_) = (await read_once(driver, device)).readings
        return {code for place, code in reading.quality.items() if place in speeds}

    assert await qualities() == {Quality.BadWaitingForInitialData}
    wire.say(b'{"speed":41.5}\n')
    assert await qualities() == set()
    assert await qualities() == {Quality.GoodNoData}
    async with asyncio.timeout(20):
        while await qualities() != {Quality.BadNoCommunication}:
            await asyncio.sleep(0.01)
    wire.say(b'{"speed":41.5}\n')
    assert await qualities() == set()


def listening(expected_within: float | None, profile_has: float | None = None) -> BoundDevice:
    """Return a radar that sends by itself, as its profile and its site say how long it is silent at most."""
    known = LIBRARY.get("agd_315")
    assert known.text is not None
    profile = structs.replace(known, text=structs.replace(known.text, expected_within=profile_has))
    return bind(DeviceSettings(id="d", profile=profile.profile, asset="a", expected_within=expected_within), profile, {})


RADAR_LINE = b"1,S,B,0:#T1:A,10,30,48.5,60\r"


@pytest.mark.parametrize(("site", "profile"), [(0.05, None), (None, 0.05), (0.05, 3600.0)])
async def test_a_device_that_was_not_heard_for_as_long_as_its_site_or_profile_says_does_not_respond(
    site: float | None, profile: float | None
) -> None:
    wire, device = Spoken(), listening(site, profile)
    driver = DialectDriver(wire, device, lambda: dialect_of(device), 0.01, now_ms)

    async def poll() -> tuple[bool, set[int]]:
        found = await read_once(driver, device)
        return found.answered, {code for reading in found.readings for code in reading.quality.values()}

    assert await poll() == (True, {Quality.BadWaitingForInitialData})
    async with asyncio.timeout(20):
        while (await poll())[0]:
            await asyncio.sleep(0.01)
    assert await poll() == (False, {Quality.BadNoCommunication})
    wire.say(RADAR_LINE)
    assert await poll() == (True, set())
    assert await poll() == (True, {Quality.GoodNoData}), "within the time, nothing is expected"


async def test_the_site_s_longer_silence_counts_before_the_profile_s() -> None:
    wire, device = Spoken(), listening(3600.0, 0.000_001)
    driver = DialectDriver(wire, device, lambda: dialect_of(device), 0.01, now_ms)
    assert [(await read_once(driver, device)).answered for _ in range(3)] == [True] * 3


async def test_a_device_whose_silence_is_not_limited_counts_as_responding() -> None:
    wire, device = Spoken(), listening(None)
    driver = DialectDriver(wire, device, lambda: dialect_of(device), 0.01, now_ms)
    assert [(await read_once(driver, device)).answered for _ in range(3)] == [True] * 3


async def test_a_device_that_was_silent_for_too_long_is_set_up_again() -> None:
    """It may have been without power and have lost its settings, such as the unit of its speeds."""
    sent: list[bytes] = []
    wire, device = Spoken(), listening(0.000_001)
    wire.write = sent.append  # type: ignore[method-assign, assignment]
    driver = DialectDriver(wire, device, lambda: dialect_of(device), 0.01, now_ms)
    for _ in range(4):
        await read_once(driver, device)
    assert sent.count(b"UNITS KPH\r") >= 2
