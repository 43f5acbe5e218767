"""TCP relays in front of the nodes of a cluster, in a thread of their own.

A node that is cut off keeps its connections, but nothing passes. A connection that is stranded ends for the client only.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")

_CHUNK = 1 << 16


class Route(NamedTuple):
    """Where a relay listens, and to which node and port it leads."""

    address: str
    port: int
    node: int
    target_port: int


class Relays:
    """Relays in front of nodes. `pid_of` finds the process of a node, so that a relay knows from which node a connection comes."""

    def __init__(self, routes: list[Route], pid_of: Callable[[int], int | None], nodes: tuple[int, ...]) -> None:
        self._pid_of, self._nodes = pid_of, nodes
        self._loop = asyncio.new_event_loop()
        self._changed, self._ended = asyncio.Event(), asyncio.Event()
        self._off: frozenset[int] = frozenset()
        self._tasks: set[asyncio.Task[None]] = set()
        self._clients: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="relays", daemon=True)
        self._thread.start()
        self._servers = [self._call(self._listen(route)) for route in routes]

    def cut_off(self, *nodes: int) -> None:
        """Let nothing pass to and from these nodes, and everything between the others."""
        self._call(self._set(frozenset(nodes)))

    def strand(self) -> None:
        """End all connections on the side of the clients. The nodes hear nothing of it, and keep them half open."""
        self._call(self._strand())

    def close(self) -> None:
        """End the relays."""
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _set(self, nodes: frozenset[int]) -> None:
        self._off = nodes
        self._changed.set()
        self._changed = asyncio.Event()

    async def _strand(self) -> None:
        for client in self._clients:
            client.transport.abort()
        self._clients.clear()

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        self._ended.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self, route: Route) -> asyncio.Server:
        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            try:
                await self._relay(route, reader, writer)
            except (OSError, asyncio.CancelledError):
                writer.close()

        return await asyncio.start_server(accept, route.address, route.port)

    async def _relay(self, route: Route, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = frozenset({self._source(writer.get_extra_info("peername")[1]), route.node})
        await self._open(ends)
        there, back = await asyncio.open_connection(route.address, route.target_port)
        self._clients.add(writer)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, back, ends))
                group.create_task(self._pump(there, writer, ends))
        except* OSError:
            pass
        finally:
            writer.close()
            try:
                if writer not in self._clients:  # it is stranded
                    await self._ended.wait()
            finally:
                self._clients.discard(writer)
                back.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ends: frozenset[int]) -> None:
        while data := await reader.read(_CHUNK):
            await self._open(ends)
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError  # ends the other direction too

    async def _open(self, ends: frozenset[int]) -> None:
        """Wait until data may pass between two nodes."""
        while self._off & ends:
            await self._changed.wait()

    def _source(self, port: int) -> int:
        """Return the node whose process has a connection from this port, 0 if none has."""
        inode = _socket_from(port)
        for node in self._nodes if inode else ():
            pid = self._pid_of(node)
            if pid is not None and _has_socket(pid, inode):
                return node
        return 0


def _socket_from(port: int) -> str:
    """Return the inode of the socket with a local port (proc(5), /proc/net/tcp), empty if there is none."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[1].rpartition(":")[2], 16) == port and fields[3] == "01":
            return fields[9]
    return ""


def _has_socket(pid: int, inode: str) -> bool:
    for descriptor in Path(f"/proc/{pid}/fd").glob("*"):
        with contextlib.suppress(OSError):  # it is closed meanwhile
            if str(descriptor.readlink()) == f"socket:[{inode}]":
                return True
    return False
