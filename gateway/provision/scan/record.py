"""The record of a scan: a small file from which a stopped scan goes on, and with which the next one compares what it finds."""

import asyncio
import re
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import msgspec

from gateway.host.files import write_whole
from gateway.provision.findings import Found
from gateway.provision.scan.plan import ScanPlace

_MOST_BYTES = 4 << 20


class ScanRecord(msgspec.Struct, kw_only=True):
    """One scan.

    Args:
        target: the port or host.
        plan: the digest of its plan.
        full: whether it tries everything.
        units: the addresses to try, if they were given.
        place: how far it has come.
        complete: whether it has ended by itself.
        found: what was found so far.
        earlier: what the last complete scan had found.
    """

    target: str
    plan: str
    full: bool
    units: list[int] | None = None
    place: tuple[int, int] = (0, 0)
    complete: bool = False
    found: list[Found] = []
    earlier: list[Found] = []

    @property
    def at(self) -> ScanPlace:
        """How far it has come."""
        return ScanPlace(*self.place)

    def reached(self, place: ScanPlace) -> None:
        """Record how far it has come."""
        self.place = (place.legs, place.units)


class RecordError(Exception):
    """The record of a scan can't be used; the message says what to do."""


def default_path(target: str, state_folder: Path) -> Path:
    """Return where the record of a port's scan is."""
    return state_folder / f"scan-{re.sub(r'[^A-Za-z0-9.]+', '-', target).strip('-')}.json"


def load(path: Path) -> ScanRecord | None:
    """Return the record of the last scan, or None if there is none.

    Raises:
        RecordError: the file can't be read.
    """
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(_MOST_BYTES), type=ScanRecord)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise RecordError(f"{path} can't be read ({error}); remove it and scan again") from error


class RecordFile:
    """Writes the record of a scan, in a thread: a slow disk must not delay what runs beside the scan. The last write counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread: ThreadPoolExecutor | None = None
        self._last: Future[None] | None = None

    def write(self, record: ScanRecord) -> None:
        """Write the record as it is now, in the background."""
        self._thread = self._thread or ThreadPoolExecutor(1, "scan record")
        self._last = self._thread.submit(_write, self._path, msgspec.json.encode(record))

    async def written(self) -> None:
        """Wait until the last write has ended.

        Raises:
            RecordError: it has failed.
        """
        if self._last is not None:
            await asyncio.wrap_future(self._last)

    def close(self) -> None:
        """End the thread after the last write."""
        if self._thread is not None:
            self._thread.shutdown(wait=False)
            self._thread = None


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise RecordError(f"{path} can't be written: {error.strerror or error}; name another file with --state") from error
