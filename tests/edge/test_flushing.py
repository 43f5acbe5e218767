"""When readings are flushed, and when the watchdog is fed."""

import asyncio
from pathlib import Path

import pytest

from gateway.edge.gateway import EdgeGateway
from tests.edge.edges import edge_in


@pytest.fixture
def edge(tmp_path: Path) -> EdgeGateway:
    return edge_in(tmp_path)


async def test_an_event_is_flushed_at_once_and_telemetry_at_the_interval(edge: EdgeGateway) -> None:
    stop = asyncio.Event()
    assert not await edge._flushing._wait(stop, 0.0)
    edge._recorder.urgent.set()
    async with asyncio.timeout(5):
        assert not await edge._flushing._wait(stop, 3600.0)
        edge._recorder.urgent.clear()
        stop.set()
        assert await edge._flushing._wait(stop, 3600.0)


async def test_the_device_states_are_written_when_they_changed(edge: EdgeGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    edge._flushing.every_s = 0.01
    stop, flushed = asyncio.Event(), list[str]()

    class State:
        changed = True

        def flush(self) -> None:
            flushed.append("changed")
            self.changed = False
            stop.set()

    class Unchanged:
        changed = False

        def flush(self) -> None:
            flushed.append("unchanged")

    monkeypatch.setattr(type(edge._lines), "device_states", (State(), Unchanged()))
    async with asyncio.timeout(10):
        await edge._flushing.run(stop)
    assert flushed == ["changed"]


class Stuck:
    """A line that stalled again after it was started anew."""

    name, broken, stalled = "air", False, True

    def check(self) -> bool:
        return False


async def test_the_watchdog_is_fed_only_while_every_line_makes_progress(edge: EdgeGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    states: list[str] = []
    monkeypatch.setenv("WATCHDOG_USEC", "20000")
    monkeypatch.setattr("gateway.host.systemd.notify", states.append)
    stop = asyncio.Event()
    flushing = asyncio.create_task(edge._flushing.run(stop))
    async with asyncio.timeout(20):
        while "WATCHDOG=1" not in states:
            await asyncio.sleep(0.01)
        edge._lines.supervised.append(Stuck())  # type: ignore[arg-type]
        checks: list[bool] = []
        check = edge._lines.check

        def counted() -> bool:
            checks.append(check())
            return checks[-1]

        monkeypatch.setattr(edge._lines, "check", counted)
        while not checks:
            await asyncio.sleep(0.01)
        states.clear()
        while len(checks) < 5:
            await asyncio.sleep(0.01)
    stop.set()
    await flushing
    assert states == []
