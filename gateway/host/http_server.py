"""Serving HTTP inside a process that has its own loop and its own signals."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

import uvicorn
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

log = logging.getLogger(__name__)

Samples = Callable[[], Iterable[Metric]]
HealthCheck = Callable[[], dict[str, object]]
"""Gives what a process says of itself; its key `ok` tells whether all is well."""


class ListenError(Exception):
    """The address is taken, or not this machine's."""


class _Server(uvicorn.Server):
    """Serves until it is told to end. uvicorn itself would wake ten times a second to see whether it is."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()

    def end(self) -> None:
        """Tell it to end."""
        self.should_exit = True
        self._told.set()

    async def main_loop(self) -> None:
        """Wait for the word to end."""
        await self._told.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process."""
        yield


class _Reader(Collector):
    def __init__(self, samples: Samples) -> None:
        self._samples = samples

    def collect(self) -> Iterable[Metric]:
        """Give the process's own counts."""
        return self._samples()


def counter(name: str, what: str, value: float) -> Metric:
    """Make a counter of Prometheus."""
    metric = CounterMetricFamily(name, what)
    metric.add_metric([], value)
    return metric


def gauge(name: str, what: str, value: float) -> Metric:
    """Make a gauge of Prometheus."""
    metric = GaugeMetricFamily(name, what)
    metric.add_metric([], value)
    return metric


def observability(samples: Samples, health: HealthCheck, pages: Mapping[str, Callable[[], bytes]] = MappingProxyType({})) -> Starlette:
    """Make the pages that a monitor asks: /metrics (Prometheus), /health (JSON; 503 when not ok), and more of JSON by their paths."""
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    registry.register(_Reader(samples))

    async def metrics(_request: Request) -> Response:
        return Response(generate_latest(registry), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def healthy(_request: Request) -> Response:
        said = health()
        return JSONResponse(said, status_code=200 if said["ok"] else 503)

    def page(give: Callable[[], bytes]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(_request: Request) -> Response:
            return Response(give(), media_type="application/json")

        return answer

    more = [Route(path, page(give)) for path, give in pages.items()]
    return Starlette(routes=[Route("/metrics", metrics), Route("/health", healthy), *more])


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, listen: str) -> AsyncIterator[int]:
    """Serve an application on `host:port` (port 0: a free one); gives the port.

    Raises:
        ListenError: nobody can listen there.
    """
    host, _, port = listen.rpartition(":")
    config = uvicorn.Config(app, host=host.strip("[]"), port=int(port), log_config=None, lifespan="off", access_log=False,
                            timeout_graceful_shutdown=1, ws="none", http="h11", loop="none", date_header=False)  # fmt: skip
    try:
        listener = config.bind_socket()
    except SystemExit as error:  # uvicorn leaves the process when it can't bind
        raise ListenError(f"{listen} is taken or not this machine's; set another address under 'listen'") from error
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]), name=f"http {listen}")
    try:
        yield listener.getsockname()[1]
    finally:
        server.end()
        await task
        listener.close()
