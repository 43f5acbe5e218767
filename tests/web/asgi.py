"""An HTTP client of an ASGI application, without a server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

import msgspec
from starlette.types import ASGIApp


class Answer(NamedTuple):
    """A whole response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> str:
        """The sentence of an error."""
        return msgspec.json.decode(self.body, type=dict[str, str])["error"]


class Connection:
    """One request whose response arrives while it runs; `send_room` unset makes the client stop reading."""

    def __init__(self, app: ASGIApp, method: str, path: str, headers: Mapping[str, str], body: list[bytes]) -> None:
        path, _, query = path.partition("?")
        self._body, self._gone = body, asyncio.Event()
        self.status, self.headers, self.chunks = 0, dict[str, str](), asyncio.Queue[bytes]()
        self.send_room = asyncio.Event()
        self.send_room.set()
        scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "method": method, "path": path, "raw_path": path.encode(),
                 "query_string": query.encode(), "root_path": "", "scheme": "http", "http_version": "1.1", "server": ("street", 80),
                 "client": ("127.0.0.1", 5), "headers": [(name.encode(), value.encode()) for name, value in {"host": "street", **headers}.items()]}  # fmt: skip
        self.task = asyncio.create_task(self._run(app, scope))

    async def _run(self, app: ASGIApp, scope: dict[str, Any]) -> None:
        await app(scope, self._receive, self._send)

    async def _receive(self) -> dict[str, Any]:
        if self._body:
            chunk = self._body.pop(0)
            return {"type": "http.request", "body": chunk, "more_body": bool(self._body)}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        await self.send_room.wait()
        if message.get("body"):
            self.chunks.put_nowait(message["body"])

    def disconnect(self) -> None:
        """Leave, as a browser that is closed does."""
        self._gone.set()


@contextlib.asynccontextmanager
async def connected(app: ASGIApp, path: str) -> AsyncIterator[Connection]:
    """Open a response that goes on until the client leaves."""
    connection = Connection(app, "GET", path, {}, [b""])
    try:
        yield connection
    finally:
        connection.disconnect()
        connection.send_room.set()
        await connection.task


async def request(
    app: ASGIApp, path: str, method: str = "GET", *, headers: Mapping[str, str] | None = None, body: list[bytes] | None = None
) -> Answer:
    """Make a request and wait for its response."""
    connection = Connection(app, method, path, headers or {}, body or [b""])
    await connection.task
    chunks = [connection.chunks.get_nowait() for _ in range(connection.chunks.qsize())]
    return Answer(connection.status, connection.headers, b"".join(chunks))
