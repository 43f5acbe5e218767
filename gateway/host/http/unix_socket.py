"""Stream sockets with a path instead of a port: the file's mode decides who may connect."""

import contextlib
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

SOCKET_MODE = 0o660

_PATH_BYTES_MOST = 107
"""Linux's `sun_path` has 108 bytes, the last of which is zero (unix(7))."""

_BACKLOG = 64


class SocketInUse(Exception):
    """Another process serves this path, or the path is no socket."""


@contextlib.contextmanager
def listening_at(path: Path) -> Iterator[socket.socket]:
    """Listen at a path, whose folder exists, for users of this process's user and group. The file is removed at the end.

    A file that a killed process left behind is replaced.

    Raises:
        SocketInUse: Another process listens there, or the path is no socket.
        OSError: The socket can't be made.
    """
    _remove_stale(path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as listener:
        with _short(path) as name:
            listener.bind(name)
        # Nobody can connect before it listens, so that no one ever does with the mode that the umask leaves.
        try:
            path.chmod(SOCKET_MODE)
            listener.listen(_BACKLOG)
            yield listener
        finally:
            path.unlink(missing_ok=True)


def connect_to(path: Path, timeout_s: float | None) -> socket.socket:
    """Connect to the socket at a path.

    Raises:
        OSError: Nothing listens there, or this user may not connect.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        connection.settimeout(timeout_s)
        with _short(path) as name:
            connection.connect(name)
    except OSError:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def _short(path: Path) -> Iterator[str]:
    """Yield a name of the path that fits a socket's address: a long path is reached through its folder's descriptor."""
    if len(os.fsencode(path)) <= _PATH_BYTES_MOST:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _remove_stale(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise SocketInUse(f"{path} is not a socket; remove it")
    try:
        connect_to(path, timeout_s=1.0).close()
    except ConnectionRefusedError:
        path.unlink(missing_ok=True)
        return
    raise SocketInUse(f"another process serves {path}: each gateway needs a 'state' folder of its own")
