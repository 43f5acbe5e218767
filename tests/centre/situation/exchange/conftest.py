"""A broker for the tests of the exchange."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.servers import mosquitto


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Start a broker, and return its port."""
    process, port = mosquitto(tmp_path)
    yield port
    process.stop()
