"""The gateway and the ingest as the faults run them: with clocks that faults set, and a disk that they break.

python -m tests.faults.under_test edge SITE PROFILE HOST
python -m tests.faults.under_test "edge under faketime" SITE PROFILE HOST
python -m tests.faults.under_test ingest SITE [older | "quick to audit"]
"""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from gateway.centre.ingest import worker
from gateway.centre.ingest.role import IngestRole
from gateway.centre.ingest.worker import IngestWorker
from gateway.centre.process import CentreProcess
from gateway.centre.role import RoleContext
from gateway.centre.roles import ROLES
from gateway.centre.self_audit.ledger import LedgerSettings
from gateway.centre.self_audit.verdicts import AuditPace
from gateway.config.profile_library import ProfileLibrary
from gateway.config.site_file import load_site
from gateway.edge.clock import trusted_time
from gateway.edge.gateway import EdgeGateway
from gateway.host import clock, logs
from gateway.host.mqtt import publishes
from gateway.model.batch import Batch
from gateway.uplink import identity, window
from tests.faults.faulty_vfs import FaultyVfs

_MEMORY = LedgerSettings(part_ms=2000, settle_ms=1000)
_PACE = AuditPace(tick_s=0.5, again_ms=2000, ask_again_ms=2000)

_TIME_OK = 0
"""adjtimex(2): the clock is synchronised."""

_RESEND_S = 6
"""When a batch without a receipt is resent, and how long a broker keeps what a killed ingest did not acknowledge: 30 s in a real system."""


UNACKNOWLEDGED_S = 3.0
"""How long a connection may be without acknowledgements: 60 s in a real system, 15 s at the centre."""

_HOLD_S = 4.0
"""How long a gateway sends nothing after it saw another of its name: 60 s in a real system."""


def edge(site: str, profile: str, host: str) -> Callable[[asyncio.Event], Awaitable[None]]:
    """Return a gateway whose clock error, and whether it is synchronised, are in the file `clock`. Each start is a boot."""
    started_ms, day_ms = clock.up_ms(), clock.day_ms
    clock.up_ms = lambda real=clock.up_ms: real() - started_ms  # type: ignore[misc]
    clock.day_ms = lambda: day_ms() + int(Path("clock").read_text().split()[0])
    return edge_under_faketime(site, profile, host)


def _adjtimex(_: object) -> int:
    """Return whether the clock is synchronised, and set how long the gateway doubts a step of it: both are in the file `clock`."""
    _, synchronised, proven_ms = Path("clock").read_text().split()
    trusted_time.STEP_PROVEN_MS = int(proven_ms)
    return _TIME_OK if synchronised == "1" else clock._TIME_ERROR


def edge_under_faketime(site: str, profile: str, host: str) -> Callable[[asyncio.Event], Awaitable[None]]:
    """Return a gateway that reads the clocks of its process, on a machine of this name. Whether the kernel's is synchronised is in `clock`."""
    clock._libc.adjtimex = _adjtimex  # type: ignore[attr-defined]
    socket.gethostname = lambda: host
    clock.rtc_ms = lambda: None
    window.FIRST_RESEND_S, identity.HOLD_S, publishes.UNACKNOWLEDGED_S = _RESEND_S, _HOLD_S, UNACKNOWLEDGED_S
    described = load_site(Path(site), ProfileLibrary({"counting": Path(profile)})).edge
    assert described is not None
    vfs = FaultyVfs(Path("vfs"), Path(described.journal.path).parent)
    made = EdgeGateway(described)

    async def run(stop: asyncio.Event, _: FaultyVfs = vfs) -> None:
        await made.run(stop)

    return run


def ingest(site: str, age: str = "newer") -> Callable[[asyncio.Event], Awaitable[None]]:
    """Return an ingest whose clock is synchronised if the file `centre-clock` exists.

    An `older` one behaves like a version that neither answers requests for the time nor knows withdrawals. One that is `quick to audit`
    compares parts of two seconds, soon after they ended.
    """
    clock.is_synchronised = Path("centre-clock").exists
    worker.SESSION_EXPIRY_S, worker.UNACKNOWLEDGED_S = _RESEND_S, UNACKNOWLEDGED_S
    if age == "older":
        Batch.withdrawn = property(lambda _: False)  # type: ignore[assignment]
        IngestWorker._answer_time = lambda *_: None  # type: ignore[method-assign]
    described = load_site(Path(site), ProfileLibrary({})).centre
    assert described is not None
    context = RoleContext(described.site, described.settings)
    roles = dict(ROLES)
    if age == "quick to audit":
        roles["ingest"] = lambda context: IngestRole(context, _MEMORY, _PACE)
    return CentreProcess([make(context) for make in roles.values()], described.settings.listen).run


async def main(what: str, *arguments: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    makers: dict[str, Callable[..., Callable[[asyncio.Event], Awaitable[None]]]] = {
        "edge": edge,
        "edge under faketime": edge_under_faketime,
        "ingest": ingest,
    }
    await makers[what](*arguments)(stop)


if __name__ == "__main__":
    logs.set_up()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(*sys.argv[1:]))
