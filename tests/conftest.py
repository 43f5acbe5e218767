"""Fast tests first; what starts real servers and processes comes last. The web pages are built first, if they have changed."""

import logging
from collections.abc import Iterator

import pytest
from hypothesis import settings

from gateway.web.build_hook import build
from tests.web.front import FRONT

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")


def pytest_configure(config: pytest.Config) -> None:
    """Build the web pages, in one process."""
    if not hasattr(config, "workerinput"):
        build(FRONT.parent, for_checks=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the tests that take long behind the others, and otherwise keep their order."""
    items.sort(key=lambda item: item.get_closest_marker("system") is not None)


@pytest.fixture(autouse=True)
def _log_of_a_command_ends_with_its_test() -> Iterator[None]:
    """Undo what a command run in this process did to logging: its handler would write to an output that is closed."""
    root = logging.getLogger()
    level = root.level
    yield
    for handler in root.handlers.copy():
        if type(handler) is logging.StreamHandler:
            root.removeHandler(handler)
    root.setLevel(level)
