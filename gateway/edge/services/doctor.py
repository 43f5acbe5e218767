"""The examination of this machine and its gateway, for `gateway.web.technician.machine_routes`."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from gateway.config.site_file import EdgeSite
from gateway.doctor.check import CheckResult
from gateway.doctor.doctor import Patient, diagnose
from gateway.edge.services.parts import Present
from gateway.model.site.file import Site


class LocalDoctor:
    """Examines the machine in a thread. Those who ask while an examination runs get its result: more would only load the machine."""

    def __init__(self, present: Present, root: Path = Path("/")) -> None:
        self._present, self._root = present, root
        self._running: asyncio.Task[list[CheckResult]] | None = None

    async def checks(self) -> Sequence[CheckResult]:
        """Return all checks."""
        if self._running is None or self._running.done():
            patient = Patient(self._root, _site_of(self._present().site))
            self._running = asyncio.create_task(asyncio.to_thread(diagnose, patient), name="doctor")
        return await asyncio.shield(self._running)


def _site_of(edge: EdgeSite) -> Site:
    """Return the site file of a gateway, as far as the doctor looks at it."""
    return Site(
        site=edge.id.site,
        operator=edge.id.operator,
        gateway=edge.id.gateway,
        uplink=edge.uplink,
        journal=edge.journal,
        state=str(edge.state),
        listen=edge.listen,
        lines=edge.lines,
    )
