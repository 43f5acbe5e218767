"""Servers that stand in for stores."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tests.centre.stores.doubles import LineProtocolServer, PageServer, served


@pytest.fixture
def double() -> Iterator[SimpleNamespace]:
    handler = type("Handler", (LineProtocolServer,), {"protocol_version": "HTTP/1.1"})
    yield from served(handler, lines={}, answers=[], paths=[], bodies=[], headers=[], refuses=lambda _: None)


@pytest.fixture
def page() -> Iterator[SimpleNamespace]:
    yield from served(PageServer, body=b"", paths=[])
