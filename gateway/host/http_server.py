"""An HTTP server inside a process with its own event loop and signal handlers."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import cast

import uvicorn
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from gateway.host.http.connections import ACCEPTED_AT_ONCE, HEADER_BYTES_MOST, KEEP_ALIVE_S, BoundedProtocol
from gateway.host.http.host_names import with_known_hosts
from gateway.host.http.tls import TlsFiles, TlsServer
from gateway.host.http.unix_socket import listening_at

log = logging.getLogger(__name__)

Samples = Callable[[], Iterable[Metric]]
HealthCheck = Callable[[], dict[str, object]]
"""Returns the health of a process; the key `ok` says whether it is healthy."""


class ListenError(Exception):
    """The address is in use, or is not one of this machine."""


class _Server(uvicorn.Server):
    """A server that waits for an event to stop; uvicorn's own loop would wake ten times a second to check a flag."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._listening, self._stopped = asyncio.Event(), asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen."""
        await super().startup(sockets)
        self._listening.set()

    async def wait_for_listening(self) -> None:
        """Wait until connections are accepted."""
        await self._listening.wait()

    def stop(self) -> None:
        """Stop serving."""
        self.should_exit = True
        self._stopped.set()

    async def main_loop(self) -> None:
        """Wait until `stop` is called."""
        await self._stopped.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process."""
        yield


class _Reader(Collector):
    def __init__(self, samples: Samples) -> None:
        self._samples = samples

    def collect(self) -> Iterable[Metric]:
        """Return the samples of the process."""
        return self._samples()


def counter(name: str, what: str, value: float) -> Metric:
    """Return a Prometheus counter."""
    metric = CounterMetricFamily(name, what)
    metric.add_metric([], value)
    return metric


def gauge(name: str, what: str, value: float) -> Metric:
    """Return a Prometheus gauge."""
    metric = GaugeMetricFamily(name, what)
    metric.add_metric([], value)
    return metric


def exposition(samples: Samples) -> bytes:
    """Return samples in Prometheus's text format."""
    registry = CollectorRegistry()
    registry.register(_Reader(samples))
    return generate_latest(registry)


def observability(samples: Samples, health: HealthCheck, pages: Mapping[str, Callable[[], bytes]] = MappingProxyType({})) -> Starlette:
    """Return an application for monitoring: /metrics (Prometheus), /health (JSON; 503 if not ok), and more JSON pages by path."""
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    registry.register(_Reader(samples))

    async def metrics(_request: Request) -> Response:
        return Response(generate_latest(registry), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def healthy(_request: Request) -> Response:
        found = health()
        return JSONResponse(found, status_code=200 if found["ok"] else 503)

    def page(content: Callable[[], bytes]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(_request: Request) -> Response:
            return Response(content(), media_type="application/json")

        return answer

    more = [Route(path, page(content)) for path, content in pages.items()]
    return Starlette(routes=[Route("/metrics", metrics), Route("/health", healthy), *more])


@contextlib.contextmanager
def listening(listen: str) -> Iterator[socket.socket]:
    """Listen on `host:port` (port 0: any free port). Connections wait until `serving` accepts them.

    Raises:
        ListenError: The address can't be used.
    """
    try:
        listener = _listener(listen)
    except OSError as error:
        raise ListenError(f"{listen} is in use, or is not an address of this machine; set another one under 'listen'") from error
    with listener:
        yield listener


@contextlib.asynccontextmanager
async def serving(
    app: ASGIApp, listen: str | socket.socket, hosts: Collection[str] = (), hosts_key: str = "console.hosts", tls: TlsFiles | None = None
) -> AsyncIterator[int]:
    """Serve an application on `host:port` or on a socket that listens, and yield the port once connections are accepted.

    `hosts` are names under which it can be reached besides its address, `hosts_key` is the key of the site file that lists them.
    With `tls` it is HTTPS.

    Raises:
        ListenError: The address can't be used.
    """
    if isinstance(listen, str):
        with listening(listen) as listener:
            async with serving(app, listener, hosts, hosts_key, tls) as port:
                yield port
        return
    address, port = listen.getsockname()[:2]
    # uvicorn only calls it, for each connection.
    protocol = BoundedProtocol if tls is None else cast("type[asyncio.Protocol]", TlsServer(tls))
    async with _running(with_known_hosts(app, address, hosts, hosts_key), listen, f"http {port}", protocol):
        yield port


@contextlib.asynccontextmanager
async def serving_at(app: ASGIApp, path: Path) -> AsyncIterator[None]:
    """Serve an application to programs of this machine, at the path of a socket.

    Raises:
        SocketInUse: Another process listens there, or the path is no socket.
        OSError: The socket can't be made.
    """
    with listening_at(path) as listener:
        async with _running(app, listener, f"http {path}"):
            yield


@contextlib.asynccontextmanager
async def _running(
    app: ASGIApp, listener: socket.socket, name: str, protocol: type[asyncio.Protocol] = BoundedProtocol
) -> AsyncIterator[None]:
    """Run a server on a socket that listens, from when it accepts connections."""
    config = uvicorn.Config(
        app,
        log_config=None, lifespan="off", access_log=False, timeout_graceful_shutdown=1,
        ws="none", http=protocol, loop="none", date_header=False, backlog=ACCEPTED_AT_ONCE, timeout_keep_alive=KEEP_ALIVE_S,
        h11_max_incomplete_event_size=HEADER_BYTES_MOST,
    )  # fmt: skip
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]), name=name)
    accepting = asyncio.create_task(server.wait_for_listening())
    try:
        await asyncio.wait((accepting, task), return_when=asyncio.FIRST_COMPLETED)
        yield
    finally:
        accepting.cancel()
        server.stop()
        await task


def _listener(listen: str) -> socket.socket:
    host, _, port = listen.rpartition(":")
    if ":" not in host:
        return socket.create_server((host, int(port)))
    return socket.create_server((host.strip("[]"), int(port)), family=socket.AF_INET6, dualstack_ipv6=socket.has_dualstack_ipv6())
