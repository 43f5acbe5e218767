"""A relay between the ingest and the store: makes the store slow, answer with errors, deny a write that it made, or confirm one that it did not make."""

import asyncio
import contextlib
from typing import Literal

StoreFault = Literal["refuses", "writes and says it did not", "breaks off", "is slow", "confirms and forgets"]

_ERROR = b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\nContent-Length: 19\r\nConnection: close\r\n\r\n"
_ERROR_BODY = b'{"error":"timeout"}'
_STORED = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
_SLOW_S = 3.0


class StoreLink:
    """Relays one HTTP request per connection to the store, with the fault that is set."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.fault: StoreFault | None = None
        self.injected = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            request = await _request(reader)
            fault = self.fault
            if fault == "confirms and forgets" and not request.startswith(b"POST /write"):
                fault = None
            self.injected += fault is not None
            if fault == "is slow":
                await asyncio.sleep(_SLOW_S)
            answer = b"" if fault in ("refuses", "confirms and forgets") else await self._ask_store(request)
            if fault in ("refuses", "writes and says it did not"):
                answer = _ERROR + _ERROR_BODY
            elif fault == "breaks off":
                answer = b""
            elif fault == "confirms and forgets":
                answer = _STORED
            writer.write(answer)
            await writer.drain()
        writer.close()

    async def _ask_store(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(request)
            await writer.drain()
            return await reader.read()
        finally:
            writer.close()


async def _request(reader: asyncio.StreamReader) -> bytes:
    """Read one request; return it with a header that makes the store close the connection after its response."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    length = next((int(line.partition(b":")[2]) for line in lines if line.lower().startswith(b"content-length:")), 0)
    kept = [line for line in lines[:-2] if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*kept, b"Connection: close", b"", b""]) + await reader.readexactly(length)
