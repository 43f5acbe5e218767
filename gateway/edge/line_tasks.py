"""The tasks of lines: each line runs until it is ended alone, or until all of them stop."""

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

from gateway.edge.supervised_line import SupervisedLine


class _RunningLine(NamedTuple):
    stop: asyncio.Event
    task: "asyncio.Task[None]"


class LineTasks:
    """Runs lines while `run` lasts. Those that are started before it begin with it."""

    def __init__(self) -> None:
        self._waiting: list[SupervisedLine] = []
        self._running: dict[str, _RunningLine] = {}
        self._group: asyncio.TaskGroup | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Run the lines until told to stop. An error that ends one of them ends all."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            waiting, self._waiting = self._waiting, []
            for line in waiting:
                self.start(line)
            await stop.wait()
            self._group = None
            for running in self._running.values():
                running.stop.set()

    def start(self, line: SupervisedLine) -> None:
        """Start a line; lines do not start any more when all of them stop."""
        if self._group is None:
            self._waiting.append(line)
            return
        stop = asyncio.Event()
        self._running[line.name] = _RunningLine(stop, self._group.create_task(line.run(stop), name=f"line {line.name}"))

    async def end(self, names: Iterable[str]) -> None:
        """End some lines and wait for them. Their requests under way are completed."""
        ending = [self._running.pop(name) for name in names if name in self._running]
        for running in ending:
            running.stop.set()
        if ending:
            await asyncio.wait([running.task for running in ending])
