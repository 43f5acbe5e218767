"""The gateway and the ingest as the faults run them: with clocks that faults set, and a disk that they break.

python -m tests.faults.under_test edge SITE PROFILE
python -m tests.faults.under_test ingest SITE [older]
"""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from gateway.centre.ingest import worker
from gateway.centre.ingest.worker import IngestWorker
from gateway.centre.process import CentreProcess
from gateway.centre.role import RoleContext
from gateway.centre.roles import ROLES
from gateway.config.profile_library import ProfileLibrary
from gateway.config.site_file import load_site
from gateway.edge.gateway import EdgeGateway
from gateway.host import clock, logs
from gateway.model.batch import Batch
from gateway.uplink import window
from tests.faults.faulty_vfs import FaultyVfs

_RESEND_S = 6
"""When a batch without a receipt is resent, and how long a broker keeps what a killed ingest did not acknowledge: 30 s in a real system."""


def edge(site: str, profile: str) -> Callable[[asyncio.Event], Awaitable[None]]:
    """Return a gateway whose clock error, and whether it is synchronised, are in the file `clock`."""
    started_ms, day_ms = clock.up_ms(), clock.day_ms
    clock.up_ms = lambda real=clock.up_ms: real() - started_ms  # type: ignore[misc]
    clock.day_ms = lambda: day_ms() + int(Path("clock").read_text().split()[0])
    clock.is_synchronised = lambda: Path("clock").read_text().split()[1] == "1"
    clock.rtc_ms = lambda: None
    window.FIRST_RESEND_S = _RESEND_S
    described = load_site(Path(site), ProfileLibrary({"counting": Path(profile)})).edge
    assert described is not None
    vfs = FaultyVfs(Path("vfs"), Path(described.journal.path).parent)
    made = EdgeGateway(described)

    async def run(stop: asyncio.Event, _: FaultyVfs = vfs) -> None:
        await made.run(stop)

    return run


def ingest(site: str, age: str = "newer") -> Callable[[asyncio.Event], Awaitable[None]]:
    """Return an ingest whose clock is synchronised if the file `centre-clock` exists.

    An `older` one behaves like a version that neither answers requests for the time nor knows withdrawals.
    """
    clock.is_synchronised = Path("centre-clock").exists
    worker.SESSION_EXPIRY_S = _RESEND_S
    if age == "older":
        Batch.withdrawn = property(lambda _: False)  # type: ignore[assignment]
        IngestWorker._answer_time = lambda *_: None  # type: ignore[method-assign]
    described = load_site(Path(site), ProfileLibrary({})).centre
    assert described is not None
    context = RoleContext(described.site, described.settings)
    return CentreProcess([make(context) for make in ROLES.values()], described.settings.listen).run


async def main(what: str, *arguments: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    makers: dict[str, Callable[..., Callable[[asyncio.Event], Awaitable[None]]]] = {"edge": edge, "ingest": ingest}
    await makers[what](*arguments)(stop)


if __name__ == "__main__":
    logs.set_up()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(*sys.argv[1:]))
