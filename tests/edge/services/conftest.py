"""Scans share an event loop with simulated devices, so its clock need not count what else the machine does."""

import asyncio
from collections.abc import Callable, Mapping

import pytest

from tests.steady_loop import SteadyLoop


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run the tests of scans in such a loop, and the others in an ordinary one."""
    return {"loop": SteadyLoop if item.path.name == "test_scan.py" else asyncio.new_event_loop}
