"""The hex log of a line and of one device, while somebody looks."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.local import LocalError, LocalGateway
from tests.edge.running import running_gateway
from tests.fieldbus.line.tcp_units import TcpUnits, serving


@contextlib.asynccontextmanager
async def followed(local: LocalGateway, path: str) -> AsyncIterator[asyncio.Queue[tuple[str, Any]]]:
    """Follow a stream of events in a thread until the gateway ends it."""
    seen, loop = asyncio.Queue[tuple[str, Any]](), asyncio.get_running_loop()

    def follow() -> None:
        with contextlib.suppress(OSError, ValueError, RuntimeError):  # the gateway or the test has ended
            for one in local.events(path):
                loop.call_soon_threadsafe(seen.put_nowait, one)

    following = threading.Thread(target=follow, daemon=True)
    following.start()
    yield seen


@pytest.mark.parametrize("path", ["/api/hexlog?line=street", "/api/hexlog?device=d-1"])
async def test_requests_and_responses_of_the_polls_are_seen(path: str, tmp_path: Path) -> None:
    async with (
        serving(TcpUnits()) as units,
        running_gateway(tmp_path, device=units.address) as (gateway, local),
        followed(local, path) as seen,
        asyncio.timeout(30),
    ):
        entries: list[dict[str, Any]] = []
        while len(entries) < 4:
            kind, data = await seen.get()
            assert kind == "frames"
            # The stream may begin between a request and its response.
            entries += data if entries or data[0]["sent"] else data[1:]
        sent, received = entries[0], entries[1]
        assert (sent["sent"], sent["unit"], received["sent"], received["unit"]) == (True, 1, False, 1)
        assert sent["hex"].endswith("01 03 00 00 00 02"), "two holding registers from 0"
        assert received["hex"].endswith("01 03 04 00 00 00 01")
        assert len(gateway._lines.taps["street"].watchers) == 1


async def test_nobody_watches_the_line_when_the_last_viewer_has_left(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as (gateway, local):
        tap = gateway._lines.taps["street"]
        reader, writer = await asyncio.open_unix_connection(str(local._path))
        writer.write(b"GET /api/hexlog?line=street HTTP/1.1\r\nHost: localhost\r\n\r\n")
        async with asyncio.timeout(30):
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            while not tap.watchers:
                await asyncio.sleep(0.01)
            writer.close()
            while tap.watchers:
                await asyncio.sleep(0.01)


async def test_a_line_or_device_that_there_is_not_is_an_error(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as (_, local):
        for query, status in (("line=no", 404), ("device=no", 404), ("", 400), ("line=street&device=d-1", 400)):
            with pytest.raises(LocalError) as error:
                await asyncio.to_thread(local.get, f"/api/hexlog?{query}")
            assert error.value.status == status, query
