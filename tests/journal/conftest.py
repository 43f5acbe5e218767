"""Fixtures of the journal's tests."""

from collections.abc import Iterator

import pytest

from gateway.host.threads import OneThread
from tests.journal.journals import Now


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def thread() -> Iterator[OneThread]:
    thread = OneThread("journal")
    yield thread
    thread.close()
