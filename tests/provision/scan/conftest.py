"""Scans and simulated devices share an event loop here, so its clock need not count what else the machine does."""

import asyncio
from collections.abc import Callable, Mapping

from tests.steady_loop import SteadyLoop


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run the tests of this folder in such a loop."""
    return {"steady": SteadyLoop}
