"""Faults of the gateway's disk: full, damaged, read-only, and any failure between a write and its fsync."""

import asyncio
import contextlib
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from tests.faults.rig import READS, Fault, Rig
from tests.system.servers import wait_until

_OPERATIONS = 12
"""Range of writes and syncs in which the process dies: a flush of the journal takes about half as many, a checkpoint more."""


async def torn_wal(rig: Rig, trials: int) -> None:
    """The gateway is killed, and the end of the write-ahead log is cut off or zero, as after a power cut."""
    for number in range(trials):
        await asyncio.to_thread(rig.edge.wait_for, READS)
        await rig.pause(0.5, 2.0)
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


async def rotten_card(rig: Rig, trials: int) -> None:
    """Parts of the journal's files are overwritten with noise while the gateway runs; every other time it is then killed."""
    for number in range(trials):
        await asyncio.to_thread(rig.edge.wait_for, READS)
        await rig.pause(0.5, 2.0)
        for path in rig.journal.parent.glob("journal.sqlite*"):
            if "damaged" not in path.name and not path.name.endswith("-shm"):
                _spoil(path, rig.chance.randrange(1 << 16), rig.chance.randbytes(1 << 14))
        await rig.pause(0.5, 2.0)
        if number % 2:
            rig.edge.kill_9()
            await asyncio.to_thread(rig.start_edge)
    # Damage in a part that the running gateway does not read is found when it opens the journal again.
    rig.edge.kill_9()
    await asyncio.to_thread(rig.start_edge)
    assert list(rig.journal.parent.glob("*.damaged-*")), "no journal was set aside"


async def deleted_journal(rig: Rig, trials: int) -> None:
    """The files of the journal are deleted while the gateway runs; every other time while the ingest is away, so that batches wait there."""
    for number in range(trials):
        away = bool(number % 2)
        if away:
            rig.ingest.kill_9()
        await rig.pause(1.0, 2.5)
        for path in rig.journal.parent.glob("journal.sqlite*"):
            path.unlink()
        await rig.pause(1.0, 2.5)
        if away:
            await asyncio.to_thread(rig.start_ingest)
    assert "was deleted or replaced while in use" in rig.edge.log.read_text()


def _spoil(path: Path, place: int, noise: bytes) -> None:
    with path.open("r+b") as file:
        size = file.seek(0, 2)
        file.seek(place % max(1, size))
        file.write(noise[: max(0, size - file.tell())])


def within_a_write(kind: Literal["kill", "power"]) -> Fault:
    """Return the fault that kills the gateway before any of its writes or syncs; every third time perhaps of those of its start."""

    async def fault(rig: Rig, trials: int) -> None:
        for number in range(trials):
            if number % 3:
                await asyncio.to_thread(rig.edge.wait_for, READS)
            await rig.pause(0.1, 1.5)
            rig.break_disk(f"{kind} {rig.chance.randrange(_OPERATIONS)} {rig.chance.randrange(1 << 30)}")
            await asyncio.to_thread(rig.edge.process.wait, 30)
            await asyncio.to_thread(rig.start_edge)

    return fault


async def disk_full(rig: Rig, trials: int) -> None:
    """The disk of the journal is full for a while; where no small disk can be mounted, a limit on file sizes takes its place."""
    small = rig.journal.parent.is_mount()
    for _ in range(trials):
        await rig.pause(0.5, 1.5)
        if small:
            _fill(rig.journal.with_name("filler"))
        else:
            limit = max(file.stat().st_size for file in rig.journal.parent.iterdir())
            resource.prlimit(rig.edge.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        await rig.pause(1.5, 4.0)
        assert "the journal is not writable" in rig.edge.said(), "the disk was not full"
        if small:
            rig.journal.with_name("filler").unlink()
        else:
            resource.prlimit(rig.edge.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _fill(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass


async def read_only(rig: Rig, trials: int) -> None:
    """The file system becomes read-only after an error, like ext4 on a worn card; it is repaired, and the gateway is started again."""
    folder = rig.journal.parent
    for _ in range(trials):
        await asyncio.to_thread(rig.edge.wait_for, READS)
        await rig.pause(0.3, 1.5)
        device = _device_of(folder)
        Path(f"/sys/fs/ext4/{Path(device).name}/trigger_fs_error").write_text("1")
        await asyncio.to_thread(wait_until, "the failure of the disk", lambda: "the journal is not writable" in rig.edge.said())
        await rig.pause(0.5, 2.0)
        await asyncio.to_thread(rig.edge.stop, 60)
        await asyncio.to_thread(_repair, folder.with_name("card"), folder)
        await asyncio.to_thread(rig.start_edge)


def _repair(image: Path, folder: Path) -> None:
    subprocess.run(["umount", str(folder)], capture_output=True, check=True)
    # A process in another mount namespace may still have the file system, which stays read-only until then.
    wait_until("the release of the card", lambda: not subprocess.check_output(["losetup", "-j", str(image)]), 180.0)
    checked = subprocess.run(["e2fsck", "-fy", str(image)], capture_output=True, check=False)
    assert checked.returncode in (0, 1), checked.stderr  # e2fsck(8): 1 means that errors were corrected
    subprocess.run(["mount", "-o", _CARD, str(image), str(folder)], capture_output=True, check=True)


_CARD = "loop,errors=remount-ro"


def _device_of(folder: Path) -> str:
    for line in Path("/proc/mounts").read_text().splitlines():
        device, where, *_ = line.split()
        if where == str(folder):
            return device
    raise AssertionError(f"{folder} is not a mount point")


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mount a small disk, if that is allowed."""
    with _mounted(folder, ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs"], check=False):
        yield


@contextlib.contextmanager
def card(folder: Path) -> Iterator[None]:
    """Mount a file as ext4, which becomes read-only after an error, like the file system of a card. Needs root."""
    image = folder.with_name("card")
    with image.open("wb") as file:
        file.truncate(64 << 20)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    with _mounted(folder, ["mount", "-o", _CARD, str(image)], check=True):
        yield


@contextlib.contextmanager
def _mounted(folder: Path, command: list[str], *, check: bool) -> Iterator[None]:
    mounted = subprocess.run([*command, str(folder)], check=check, capture_output=True).returncode == 0
    try:
        yield
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)
