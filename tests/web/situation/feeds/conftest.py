"""A room for the tests of a module."""

from collections.abc import Iterator

import pytest

from tests.web.situation.served import ServedRoom, served


@pytest.fixture
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedRoom]:
    with served(tmp_path_factory.mktemp("street")) as found:
        yield found
