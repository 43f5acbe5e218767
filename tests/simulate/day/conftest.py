"""A running room for the tests of a module."""

from collections.abc import Iterator

import pytest

from gateway.simulate.day.credentials import DayCredentials
from tests.simulate.day.room import running_room


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DayCredentials]:
    with running_room(tmp_path_factory.mktemp("room")) as credentials:
        yield credentials
