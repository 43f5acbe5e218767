"""The faults, each injected for real into a running rig; moments are uniform over the cycle of a flush, and seeds are printed."""

import asyncio
import contextlib
import resource
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from tests.faults.clocks import clock_steps, no_clock_at_boot
from tests.faults.messages import repeated_and_reordered, second_ingest, store_fails, topic_refused
from tests.faults.rig import Rig
from tests.system.servers import Process

Fault = Callable[[Rig, int], Awaitable[None]]


def _killed(part: Callable[[Rig], tuple[Process, Callable[[], None]]], *, up_s: tuple[float, float], down_s: float) -> Fault:
    """Make the fault that kills one process with signal 9, at any moment of its work, and starts it again."""

    async def fault(rig: Rig, trials: int) -> None:
        for _ in range(trials):
            await rig.pause(*up_s)
            process, again = part(rig)
            process.kill_9()
            await rig.pause(0, down_s)
            await asyncio.to_thread(again)

    return fault


async def network_cut(rig: Rig, trials: int) -> None:
    """The connection to the broker breaks, and for a while there is no other."""
    for _ in range(trials):
        await rig.pause(0.5, 2.0)
        rig.link.passes = False
        rig.link.cut()
        await rig.pause(0.1, 2.0)
        rig.link.passes = True


async def half_open(rig: Rig, trials: int) -> None:
    """The connection stays open and passes nothing in either direction; then it breaks."""
    for _ in range(trials):
        await rig.pause(0.5, 2.0)
        rig.link.passes = False
        await rig.pause(0.5, 4.0)
        rig.link.cut()
        rig.link.passes = True


async def slow_link(rig: Rig, trials: int) -> None:
    """20 kbit/s in both directions."""
    rig.link.bytes_a_second = 2500
    await asyncio.sleep(2.0 * trials)
    rig.link.bytes_a_second = None


async def torn_wal(rig: Rig, trials: int) -> None:
    """The gateway dies, and the tail of what the journal wrote last is cut off, or zeros: as a power cut leaves it."""
    for number in range(trials):
        await rig.pause(1.0, 2.5)
        rig.edge.kill_9()
        wal = rig.journal.with_name("journal.sqlite-wal")
        if wal.exists() and wal.stat().st_size > 200:
            size = rig.chance.randrange(1, 200)
            with wal.open("r+b") as file:
                if number % 2:
                    file.truncate(wal.stat().st_size - size)
                else:
                    file.seek(-size, 2)
                    file.write(bytes(size))
        await asyncio.to_thread(rig.start_edge)


async def disk_full(rig: Rig, trials: int) -> None:
    """The journal's disk is full for a while: filled by somebody else, or, where nobody may mount a small one, by a limit on its files."""
    small = rig.journal.parent.is_mount()
    for _ in range(trials):
        await rig.pause(0.5, 1.5)
        if small:
            _fill(rig.journal.with_name("filler"))
        else:
            limit = max(file.stat().st_size for file in rig.journal.parent.iterdir())
            resource.prlimit(rig.edge.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        await rig.pause(1.5, 4.0)
        assert "the journal can't be written" in rig.edge.said(), "the disk was not full"
        if small:
            rig.journal.with_name("filler").unlink()
        else:
            resource.prlimit(rig.edge.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _fill(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mount a small disk, where that is allowed."""
    mounted = (
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], check=False, capture_output=True).returncode == 0
    )
    try:
        yield
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


FAULTS: dict[str, Fault] = {
    "kill -9 of the gateway": _killed(lambda rig: (rig.edge, rig.start_edge), up_s=(0.8, 2.3), down_s=0.5),
    "kill -9 of the broker": _killed(
        lambda rig: (rig.broker, rig.start_broker), up_s=(0.5, 2.0), down_s=1.0
    ),  # without persistence: it forgets what it acknowledged
    "kill -9 of the ingest": _killed(lambda rig: (rig.ingest, rig.start_ingest), up_s=(0.5, 2.0), down_s=1.0),
    "kill -9 of the store": _killed(lambda rig: (rig.store, rig.start_store), up_s=(0.5, 2.5), down_s=1.0),
    "network cut": network_cut,
    "half-open connection": half_open,
    "slow link": slow_link,
    "torn journal": torn_wal,
    "full disk": disk_full,
    "broker that refuses the data": topic_refused,
    "slow and failing store": store_fails,
    "repeated and reordered batches": repeated_and_reordered,
    "second ingest that is killed": second_ingest,
    "clock set by a day": clock_steps,
    "no clock at boot": no_clock_at_boot,
}
