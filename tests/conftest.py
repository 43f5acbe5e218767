"""Fast tests first; what starts real servers and processes comes last."""

import pytest
from hypothesis import settings

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the tests that take long behind the others, and otherwise keep their order."""
    items.sort(key=lambda item: item.get_closest_marker("system") is not None)
