"""A real broker for each test that wants one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.servers import mosquitto


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    process, port = mosquitto(tmp_path)
    yield f"mqtt://127.0.0.1:{port}"
    process.stop()
