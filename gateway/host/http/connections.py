"""HTTP connections within bounds: how many, how long they wait for a request, how long a response waits for its reader."""

import asyncio
import socket
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

CONNECTIONS_MOST = 256
"""Connections at the same time: the viewers of a page, and as many again that browsers open besides."""

ACCEPTED_AT_ONCE = 64
"""Connections that the event loop accepts before it handles them; so many descriptors more than `CONNECTIONS_MOST` can be in use."""

KEEP_ALIVE_S, REQUEST_S, STALLED_S = 5, 20.0, 30.0
"""How long a connection may wait: for the first byte of another request, for a complete request, for a reader that takes
nothing or has gone out of reach without a word."""

HEADER_BYTES_MOST = 16 << 10


class BoundedProtocol(H11Protocol):
    """A connection that is closed if its client is slow, and makes room for others while it serves nothing.

    If there are too many, the one that has waited for a request longest is closed: connections that are opened and left alone can't keep
    others out. If all others are serving requests, it is the new one.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 — uvicorn's own
        super().__init__(*args, **kwargs)
        self.waiting_since_s: float | None = None
        """When it began to wait for a request, on the clock of the loop; None while it serves one."""
        self._late: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Begin to wait for a request, and make room."""
        super().connection_made(transport)
        connection = transport.get_extra_info("socket")
        if connection is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(1000 * STALLED_S))
            # asyncio leaves that out for sockets of `socket.create_server`: the body would wait 40 ms until the head is acknowledged.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._review()
        if len(self.connections) > CONNECTIONS_MOST:
            waiting = [(one.waiting_since_s, number, one) for number, one in enumerate(self._others()) if one.waiting_since_s is not None]
            oldest = min(waiting)[2] if waiting else self
            oldest.abort()

    def _others(self) -> list["BoundedProtocol"]:
        return [one for one in self.connections if isinstance(one, BoundedProtocol) and one is not self]

    def abort(self) -> None:
        """Close the connection at once, without sending what waits."""
        self.connections.discard(self)
        self._cancel()
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all timers."""
        self._cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Stop waiting if the request is complete."""
        super().data_received(data)
        self._review()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request, unless it has come already."""
        super().on_response_complete()
        self._review()

    def pause_writing(self) -> None:
        """Close the connection later, if its client does not read by then."""
        super().pause_writing()
        if self._stalled is None:
            self._stalled = self.loop.call_later(STALLED_S, self.abort)

    def resume_writing(self) -> None:
        """Note that the client reads."""
        super().resume_writing()
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _review(self) -> None:
        complete = self.conn.their_state not in (h11.IDLE, h11.SEND_BODY)
        cycle: RequestResponseCycle | None = self.cycle
        serving = cycle is not None and not cycle.response_complete and complete
        if self._late is not None and serving:
            self._late.cancel()
            self._late = None
            self.waiting_since_s = None
        elif self._late is None and not serving and not self.transport.is_closing():
            self._late = self.loop.call_later(REQUEST_S, self.abort)
            self.waiting_since_s = self.loop.time()

    def _cancel(self) -> None:
        for timer in (self._late, self._stalled):
            if timer is not None:
                timer.cancel()
        self._late = self._stalled = self.waiting_since_s = None
