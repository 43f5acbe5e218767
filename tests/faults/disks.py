"""Faults of the gateway's disk: full, torn, read-only, and everything that can happen between a write and its fsync."""

import asyncio
import contextlib
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from tests.faults.rig import Fault, Rig
from tests.system.servers import wait_until

_OPERATIONS = 12
"""A flush of the journal takes about half as many writes and syncs; a checkpoint takes more."""


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


async def rotten_card(rig: Rig, trials: int) -> None:
    """Parts of the journal's files turn to noise, while the gateway runs; every other time it is killed then."""
    for number in range(trials):
        await rig.pause(1.0, 2.5)
        for path in rig.journal.parent.glob("journal.sqlite*"):
            if "damaged" not in path.name and not path.name.endswith("-shm"):
                _spoil(path, rig.chance.randrange(1 << 16), rig.chance.randbytes(1 << 14))
        await rig.pause(0.5, 2.0)
        if number % 2:
            rig.edge.kill_9()
            await asyncio.to_thread(rig.start_edge)
    assert list(rig.journal.parent.glob("*.damaged-*")), "no journal had to be set aside"


def _spoil(path: Path, place: int, noise: bytes) -> None:
    with path.open("r+b") as file:
        size = file.seek(0, 2)
        file.seek(place % max(1, size))
        file.write(noise[: max(0, size - file.tell())])


def within_a_write(kind: Literal["kill", "power"]) -> Fault:
    """Make the fault that ends the gateway before any of its writes and syncs."""

    async def fault(rig: Rig, trials: int) -> None:
        for _ in range(trials):
            await rig.pause(0.8, 2.0)
            rig.break_disk(f"{kind} {rig.chance.randrange(_OPERATIONS)} {rig.chance.randrange(1 << 30)}")
            await asyncio.to_thread(rig.edge.process.wait, 30)
            await asyncio.to_thread(rig.start_edge)

    return fault


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


async def read_only(rig: Rig, trials: int) -> None:
    """The file system finds an error and turns itself read-only, as ext4 does on a worn card; somebody repairs it, and starts the gateway again."""
    folder = rig.journal.parent
    for _ in range(trials):
        await asyncio.to_thread(rig.edge.wait_for, "reads 1 devices")
        await rig.pause(0.3, 1.5)
        device = _device_of(folder)
        Path(f"/sys/fs/ext4/{Path(device).name}/trigger_fs_error").write_text("1")
        await asyncio.to_thread(wait_until, "the disk's failure", lambda: "the journal can't be written" in rig.edge.said())
        await rig.pause(0.5, 2.0)
        await asyncio.to_thread(rig.edge.stop, 60)
        for command in (
            ["umount", str(folder)],
            ["e2fsck", "-fy", str(folder.with_name("card"))],
            ["mount", "-o", _CARD, str(folder.with_name("card")), str(folder)],
        ):
            done = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=False)
            # e2fsck(8): 1 is for errors that it corrected.
            assert done.returncode in (0, 1), (command, done.stderr)
        await asyncio.to_thread(rig.start_edge)


_CARD = "loop,errors=remount-ro"


def _device_of(folder: Path) -> str:
    for line in Path("/proc/mounts").read_text().splitlines():
        device, where, *_ = line.split()
        if where == str(folder):
            return device
    raise AssertionError(f"{folder} is no file system of its own")


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mount a small disk, where that is allowed."""
    with _mounted(folder, ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs"], check=False):
        yield


@contextlib.contextmanager
def card(folder: Path) -> Iterator[None]:
    """Mount a file system in a file, as a card has it: ext4, which turns read-only at an error. Only root may."""
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
