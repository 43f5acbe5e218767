"""The tasks of lines: ended one by one, or all together."""

import asyncio

import pytest

from gateway.edge.line_tasks import LineTasks
from gateway.edge.supervised_line import SupervisedLine


class Line(SupervisedLine):
    """A line that notes when it runs and ends."""

    def __init__(self, name: str, seen: list[str], error: Exception | None = None) -> None:
        self._name, self._seen, self._error = name, seen, error

    @property
    def name(self) -> str:
        return self._name

    async def run(self, stop: asyncio.Event) -> None:
        self._seen.append(f"{self._name} runs")
        if self._error is not None:
            raise self._error
        await stop.wait()
        self._seen.append(f"{self._name} ends")


async def test_a_line_is_ended_alone_and_others_start_later() -> None:
    seen, stop, tasks = list[str](), asyncio.Event(), LineTasks()
    tasks.start(Line("a", seen))
    tasks.start(Line("b", seen))
    running = asyncio.create_task(tasks.run(stop))
    await asyncio.sleep(0.01)
    assert seen == ["a runs", "b runs"]
    await tasks.end(["a", "unknown"])
    assert seen[2:] == ["a ends"]
    tasks.start(Line("c", seen))
    await asyncio.sleep(0.01)
    assert seen[3:] == ["c runs"]
    stop.set()
    await running
    assert sorted(seen[4:]) == ["b ends", "c ends"]


async def test_no_line_starts_when_all_stop() -> None:
    seen, stop, tasks = list[str](), asyncio.Event(), LineTasks()
    stop.set()
    await tasks.run(stop)
    tasks.start(Line("late", seen))
    assert seen == []


async def test_an_error_of_one_line_ends_all() -> None:
    seen, tasks = list[str](), LineTasks()
    tasks.start(Line("good", seen))
    tasks.start(Line("bad", seen, ZeroDivisionError("as a bug would")))
    with pytest.raises(ExceptionGroup):
        async with asyncio.timeout(10):
            await tasks.run(asyncio.Event())
    assert "good ends" not in seen
