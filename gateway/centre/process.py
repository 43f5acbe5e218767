"""One process of the centre: its roles, with their metrics and health over HTTP."""

import asyncio
from collections.abc import Iterable, Sequence

from prometheus_client.core import Metric

from gateway.centre.role import Role
from gateway.host import systemd
from gateway.host.http_server import observability, serving


class CentreProcess:
    """Runs roles side by side; if one fails, all end."""

    def __init__(self, roles: Sequence[Role], listen: str) -> None:
        self._roles, self._listen = roles, listen

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        async with serving(observability(self.samples, self.health), self._listen):
            systemd.notify("READY=1")
            try:
                async with asyncio.TaskGroup() as group:
                    for role in self._roles:
                        group.create_task(role.run(stop), name=role.name)
            finally:
                systemd.notify("STOPPING=1")

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
