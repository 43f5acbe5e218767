"""Listening to a device that sends by itself, over a pty."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.binding.every_point import bind_every_point
from gateway.host.clock import now_ms
from gateway.model.batch import Value
from gateway.model.quality import Quality
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.profile_check.listening import Listening
from gateway.profile_check.live_test import LiveFindings, run_live_test
from gateway.simulate.devices.pty import Pty

DEVICE = bind_every_point(ProfileLibrary().get("decatur_si3"))
"""A radar that says the direction, the speed and the strength of the signal of each vehicle."""


@contextlib.asynccontextmanager
async def radar() -> AsyncIterator[Pty]:
    pty = Pty(9600)
    yield pty
    pty.close()


async def test_values_are_told_as_they_come_and_listening_ends_when_all_are_there() -> None:
    heard: list[tuple[str, Value]] = []
    first = asyncio.Event()

    async def trial(pty: Pty) -> LiveFindings:
        def on_value(slot: object, value: Value) -> None:
            heard.append((slot.point.name, value))  # type: ignore[attr-defined]
            first.set()

        line = LineSettings(id="l", serial=pty.path, timeout=0.05, devices=[DeviceSettings(id="d", profile="decatur_si3")])
        return await run_live_test(line, DEVICE, now_ms, Listening(60.0, on_value))

    async with radar() as pty, asyncio.timeout(30):
        trying = asyncio.create_task(trial(pty))
        while not first.is_set():
            await pty.send(b"*+035.5,120\r\n")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(first.wait(), 0.2)
        found = await trying
    assert {("direction", "+"), ("speed", 35.5), ("signal", 120.0)} <= set(heard)
    assert {one.point: one.quality for one in found.points} == dict.fromkeys(("direction", "speed", "signal"), "Good")


async def test_a_device_that_says_nothing_is_left_when_the_time_is_over() -> None:
    heard: list[object] = []
    async with radar() as pty, asyncio.timeout(30):
        line = LineSettings(id="l", serial=pty.path, timeout=0.05, devices=[DeviceSettings(id="d", profile="decatur_si3")])
        found = await run_live_test(line, DEVICE, now_ms, Listening(0.3, lambda *one: heard.append(one)))
    assert heard == []
    assert {one.value for one in found.points} == {None}
    assert Quality.BadTimeout.name in {one.quality for one in found.points}
