"""The record of a scan: a small file from which a stopped scan goes on, and with which the next one compares what it finds."""

import re
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


def save(path: Path, record: ScanRecord) -> None:
    """Store a record atomically.

    Raises:
        RecordError: the file can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, msgspec.json.encode(record))
    except OSError as error:
        raise RecordError(f"{path} can't be written: {error.strerror or error}; name another file with --state") from error
