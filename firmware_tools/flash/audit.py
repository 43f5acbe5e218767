"""The audit record of updates: who updated which device when, from and to which version, with which image, and how it ended."""

import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import msgspec

from firmware_tools.flash.progress import FlashResult
from firmware_tools.flash.record import Reason, UpdateRecord
from firmware_tools.flash.record_files import FIRMWARE_FOLDER, hand_over, make_folder
from gateway.host.files import heir_of
from gateway.model.instants import iso_utc

AUDIT_FILE = "audit.jsonl"
"""One JSON object on each line; lines are only ever added."""


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The end of an update, or of an attempt. Times are in UTC."""

    device: str
    line: str
    by: str
    began: str
    ended: str
    result: FlashResult
    image: str
    size_bytes: int
    from_version: str | None = None
    to_version: str | None = None
    read_back: str | None = None
    reason: Reason | None = None


def audit_entry(record: UpdateRecord, result: FlashResult, now_ms: int) -> AuditEntry:
    """Return the entry for an update that ended, or was interrupted or paused."""
    return AuditEntry(
        device=record.device,
        line=record.line,
        by=record.by,
        began=iso_utc(record.began_ms),
        ended=iso_utc(now_ms),
        result=result,
        image=record.image,
        size_bytes=record.size_bytes,
        from_version=record.from_version,
        to_version=record.to_version,
        read_back=record.read_back,
        reason=record.reason,
    )


class AuditFile:
    """The file of the audit record."""

    def __init__(self, state: Path) -> None:
        self._path, self._owner = state / FIRMWARE_FOLDER / AUDIT_FILE, heir_of(state)

    def add(self, entry: AuditEntry) -> None:
        """Add an entry. A line that a power cut has left incomplete ends there.

        Raises:
            OSError: it can't be written.
        """
        make_folder(self._path.parent, self._owner)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            hand_over(descriptor, self._owner)
            size = os.fstat(descriptor).st_size
            torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            os.write(descriptor, (b"\n" if torn else b"") + msgspec.json.encode(entry) + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def last(self, most: int) -> list[AuditEntry]:
        """Return the last entries, the oldest first; lines that can't be read are left out."""
        return list(deque(self._entries(), maxlen=most))

    def _entries(self) -> Iterator[AuditEntry]:
        try:
            with self._path.open("rb") as file:
                for line in file:
                    try:
                        yield msgspec.json.decode(line, type=AuditEntry)
                    except msgspec.MsgspecError:
                        continue
        except FileNotFoundError:
            return
