"""Servers for the tests of the centre: a broker, and doubles of stores."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.centre.stores.doubles import LineProtocolServer, PageServer, served
from tests.system.servers import mosquitto


@pytest.fixture
def double() -> Iterator[SimpleNamespace]:
    handler = type("Handler", (LineProtocolServer,), {"protocol_version": "HTTP/1.1"})
    yield from served(handler, lines={}, answers=[], paths=[], bodies=[], headers=[], refuses=lambda _: None)


@pytest.fixture
def page() -> Iterator[SimpleNamespace]:
    yield from served(PageServer, body=b"", paths=[])


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    process, port = mosquitto(tmp_path)
    yield f"mqtt://127.0.0.1:{port}"
    process.stop()
