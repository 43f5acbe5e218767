"""One process of the centre: its roles, with their metrics and health over HTTP."""

import asyncio
import gc
from collections.abc import Iterable, Sequence

from prometheus_client.core import Metric

from gateway.centre.role import Role
from gateway.host import systemd
from gateway.host.http_server import observability, serving
from gateway.host.machine import release_free_memory

_COLLECT_AFTER = 10_000
"""After so many more new than freed objects, the garbage collector runs. A batch is freed when it is stored, without the collector; by
default, after 700, it would look at the rows of each several times in between."""

_RELEASE_EVERY_S = 30.0
"""After floods of large batches, two fifths of what a worker held was free memory between blocks in use: 30 of 87 MiB. To release it takes
some milliseconds."""


class CentreProcess:
    """Runs roles side by side; if one fails, all end."""

    def __init__(self, roles: Sequence[Role], listen: str) -> None:
        self._roles, self._listen = roles, listen

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        gc.set_threshold(_COLLECT_AFTER)
        async with serving(observability(self.samples, self.health), self._listen):
            systemd.notify("READY=1")
            beside = [asyncio.create_task(one) for one in (self._notify_watchdog(), _release_memory())]
            try:
                async with asyncio.TaskGroup() as group:
                    for role in self._roles:
                        group.create_task(role.run(stop), name=role.name)
            finally:
                systemd.notify("STOPPING=1")
                for task in beside:
                    task.cancel()

    async def _notify_watchdog(self) -> None:
        """Notify the watchdog as long as every role makes progress: this loop runs, and what the roles wait for comes."""
        every_s = systemd.watchdog_interval_s()
        while every_s is not None:
            if not any(role.stuck() for role in self._roles):
                systemd.notify("WATCHDOG=1")
            await asyncio.sleep(every_s)

    def samples(self) -> Iterable[Metric]:
        """Yield the metrics of all roles."""
        for role in self._roles:
            yield from role.samples()

    def health(self) -> dict[str, object]:
        """Return the health of all roles: `ok` if all are, and the other keys of each."""
        reports = [role.health() for role in self._roles]
        merged: dict[str, object] = {"ok": all(report["ok"] for report in reports)}
        for report in reports:
            merged |= {key: value for key, value in report.items() if key != "ok"}
        return merged


async def _release_memory() -> None:
    """Return freed memory to the kernel now and then: a flood must not take it for good from other programs."""
    while True:
        await asyncio.sleep(_RELEASE_EVERY_S)
        await asyncio.to_thread(release_free_memory)
