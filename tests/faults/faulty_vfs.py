"""Faults between a write and its fsync: a virtual file system (VFS) of SQLite in the gateway's own process.

It is a copy of SQLite's `unix` VFS that replaces three methods of each file it opens (sqlite.org/c3ref/io_methods.html). A test requests a fault
through a file `vfs` beside the site file: `kill N` or `power N SEED`. At the Nth write, truncation or sync after that the process kills itself with
SIGKILL. `power` first does what a power failure does: of the sectors written since the last sync of their file, random ones are lost.
"""

import ctypes
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

_SECTOR = 512
_int, _pointer, _int64 = ctypes.c_int, ctypes.c_void_p, ctypes.c_int64
_OPEN = ctypes.CFUNCTYPE(_int, _pointer, _pointer, _pointer, _int, _pointer)
"""The name stays a pointer: SQLite uses it as long as the file is open."""
_WRITE = ctypes.CFUNCTYPE(_int, _pointer, _pointer, _int, _int64)
_TRUNCATE = ctypes.CFUNCTYPE(_int, _pointer, _int64)
_SYNC = ctypes.CFUNCTYPE(_int, _pointer, _int)


class _Vfs(ctypes.Structure):
    """`sqlite3_vfs`, version 3."""

    _fields_ = [
        ("version", _int), ("file_size", _int), ("longest_path", _int), ("next", _pointer), ("name", ctypes.c_char_p), ("data", _pointer), ("open", _pointer),
        *((name, _pointer) for name in ("delete", "access", "full_path", "dl_open", "dl_error", "dl_sym", "dl_close", "randomness", "sleep", "time",
                                       "last_error", "time_64", "set_call", "get_call", "next_call")),
    ]  # fmt: skip


class _Methods(ctypes.Structure):
    """`sqlite3_io_methods`, version 3."""

    _fields_ = [
        ("version", _int),
        *((name, _pointer) for name in ("close", "read", "write", "truncate", "sync", "file_size", "lock", "unlock", "check_lock", "control", "sector_size",
                                       "characteristics", "shm_map", "shm_lock", "shm_barrier", "shm_unmap", "fetch", "unfetch")),
    ]  # fmt: skip


class _File(ctypes.Structure):
    _fields_ = [("methods", ctypes.POINTER(_Methods))]


class _Unsynced:
    """A file and the changes since its last sync, with the bytes before and after each."""

    def __init__(self, path: str) -> None:
        # Never closed: closing any descriptor of a file ends all POSIX locks that the process holds on it.
        self._file = os.open(path, os.O_RDWR if os.access(path, os.W_OK) else os.O_RDONLY)
        self._changes: list[tuple[int, int, bytes, bytes]] = []

    def writes(self, offset: int, new: bytes) -> None:
        self._changes.append((os.fstat(self._file).st_size, offset, os.pread(self._file, len(new), offset), new))

    def truncates(self, size: int) -> None:
        before = os.fstat(self._file).st_size
        self._changes.append((before, size, os.pread(self._file, max(0, before - size), size), b""))

    def synced(self) -> None:
        self._changes.clear()

    def lose(self, chance: random.Random) -> None:
        """Leave the file as a power cut may: as at its last sync, with a random half of the sectors written since."""
        for size, offset, old, _ in reversed(self._changes):
            os.pwrite(self._file, old, offset)
            os.ftruncate(self._file, size)
        for _, offset, _, new in self._changes:
            for start in range(0, len(new), _SECTOR):
                if chance.random() < 0.5:
                    os.pwrite(self._file, new[start : start + _SECTOR], offset + start)


class FaultyVfs:
    """Registers itself as the default VFS of SQLite for the life of the process."""

    def __init__(self, orders: Path, folder: Path) -> None:
        self._orders, self._folder = orders, str(folder)
        self._left = -1
        self._chance: random.Random | None = None
        self._files: dict[int, _Unsynced] = {}
        self._by_path: dict[str, _Unsynced] = {}
        self._kept: list[object] = []
        library = ctypes.CDLL("libsqlite3.so.0")
        library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
        real = library.sqlite3_vfs_find(None).contents
        self._open_really = ctypes.cast(real.open, _OPEN)
        self._vfs = _Vfs.from_buffer_copy(real)
        self._vfs.name = b"faulty"
        self._vfs.open = self._c(_OPEN, self._open)
        library.sqlite3_vfs_register(ctypes.byref(self._vfs), 1)

    def _c(self, kind: Any, function: Callable[..., int]) -> int | None:
        made = kind(function)
        self._kept.append(made)
        return ctypes.cast(made, ctypes.c_void_p).value

    def _open(self, vfs: int, name: int | None, file: int, flags: int, out: int) -> int:
        result = int(self._open_really(vfs, name, file, flags, out))
        path = ctypes.string_at(name).decode() if name else ""
        if result == 0 and path.startswith(self._folder):
            head = _File.from_address(file)
            real = head.methods.contents
            methods = _Methods.from_buffer_copy(real)
            write, truncate, sync = ctypes.cast(real.write, _WRITE), ctypes.cast(real.truncate, _TRUNCATE), ctypes.cast(real.sync, _SYNC)
            methods.write = self._c(_WRITE, lambda *a: self._write(write, *a))
            methods.truncate = self._c(_TRUNCATE, lambda *a: self._truncate(truncate, *a))
            methods.sync = self._c(_SYNC, lambda *a: self._sync(sync, *a))
            head.methods = ctypes.pointer(methods)
            self._kept.append(methods)
            self._files[file] = self._by_path.setdefault(path, _Unsynced(path))
        return result

    def _write(self, really: Callable[..., int], file: int, data: int, size: int, offset: int) -> int:
        self._before()
        self._files[file].writes(offset, ctypes.string_at(data, size))
        return really(file, data, size, offset)

    def _truncate(self, really: Callable[..., int], file: int, size: int) -> int:
        self._before()
        self._files[file].truncates(size)
        return really(file, size)

    def _sync(self, really: Callable[..., int], file: int, flags: int) -> int:
        self._before()
        result = really(file, flags)
        if result == 0:
            self._files[file].synced()
        return result

    def _before(self) -> None:
        """Kill the process if its time has come."""
        if self._left < 0 and self._orders.exists():
            kind, left, *seed = self._orders.read_text().split()
            self._orders.unlink()
            self._left, self._chance = int(left), random.Random(seed[0]) if kind == "power" else None
        if self._left == 0:
            if self._chance is not None:
                for file in self._by_path.values():
                    file.lose(self._chance)
            os.kill(os.getpid(), signal.SIGKILL)
            signal.pause()  # another thread may receive the signal first
        self._left = max(-1, self._left - 1)
