"""Fast tests first; what starts real servers and processes comes last. The web pages are built first, if they have changed."""

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
