"""The silence before a request, in virtual time."""

import asyncio
from typing import cast

import pytest

from gateway.fieldbus.modbus.client_port import NoResponse
from gateway.fieldbus.modbus.quiet_line import QuietLine
from gateway.fieldbus.wire.port import WireError


class Clock:
    """A loop's clock and its timer: sleeping moves the time on. `on_sleep` is what happens meanwhile."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.slept: list[float] = []
        self.closed = 0
        self.line: QuietLine | None = None
        self.babble = False

    def time(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds
        if self.babble and self.line is not None:
            self.line.last_byte_s = self.now_s

    def close(self) -> None:
        self.closed += 1

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        return cast("asyncio.AbstractEventLoop", self)


def quiet(clock: Clock, *, shared: bool = False) -> QuietLine:
    line = clock.line = QuietLine(0.004, shared=shared, make_timer=lambda: clock)
    line.open()
    return line


async def test_only_the_rest_of_the_silence_is_waited_for() -> None:
    clock = Clock()
    line = quiet(clock)
    await line.wait(clock.loop)
    assert clock.slept == []
    line.last_byte_s = clock.now_s - 0.001
    await line.wait(clock.loop)
    assert clock.slept == [pytest.approx(0.003)]


async def test_a_line_that_is_never_silent_is_given_up_as_garbled() -> None:
    clock = Clock()
    line = quiet(clock)
    line.last_byte_s, clock.babble = clock.now_s, True
    with pytest.raises(NoResponse) as error:
        await line.wait(clock.loop)
    assert error.value.garbled
    assert 1.0 < clock.now_s - 100.0 < 1.1


@pytest.mark.parametrize(("shared", "age_s", "least_s"), [(True, 4.9, 0.04), (True, 5.1, 0.004), (False, 0.1, 0.004)])
async def test_the_line_is_listened_to_longer_after_traffic_of_another_master(shared: bool, age_s: float, least_s: float) -> None:
    clock = Clock()
    line = quiet(clock, shared=shared)
    line.last_byte_s, line.foreign_s = clock.now_s, clock.now_s - age_s
    await line.wait(clock.loop)
    waited_s = clock.now_s - 100.0
    assert least_s - 1e-9 <= waited_s <= 2 * least_s


async def test_closing_the_line_ends_the_wait() -> None:
    clock = Clock()
    line = quiet(clock)
    line.last_byte_s = clock.now_s
    line.close()
    line.close()
    assert clock.closed == 1
    with pytest.raises(WireError, match="the line was closed"):
        await line.wait(clock.loop)
