"""Modules without tests of their own are found."""

import pytest

from tests.house.exceptions import Listed
from tests.house.mirrors import test_of as mirror_of
from tests.house.mirrors import without_tests
from tests.house.source import parse


@pytest.mark.parametrize(
    ("module", "tests"),
    [
        ("gateway/fieldbus/line/owner.py", "tests/fieldbus/line/test_owner.py"),
        ("gateway/cli/profiles/try_.py", "tests/cli/profiles/test_try.py"),
        ("gateway/top.py", "tests/test_top.py"),
    ],
)
def test_tests_are_at_the_same_place_under_tests(module: str, tests: str) -> None:
    assert mirror_of(module) == tests


def test_a_module_without_tests_is_reported_unless_it_is_listed() -> None:
    paths = ["gateway/a/__init__.py", "gateway/a/__main__.py", "gateway/a/b.py", "gateway/a/c.py", "gateway/a/d.py", "dashboards/e.py"]
    found = without_tests((parse(path, "") for path in paths), {"tests/a/test_b.py"}, Listed({"gateway/a/c.py": "a Protocol"}, {}))
    assert [(one.path, one.text.split(":")[0]) for one in found] == [("gateway/a/d.py", "module has no tests of its own")]


def test_an_entry_for_a_module_that_has_tests_is_no_longer_needed() -> None:
    listed = Listed({"gateway/a/b.py": "a Protocol"}, {})
    assert without_tests([parse("gateway/a/b.py", "")], {"tests/a/test_b.py"}, listed) == []
    assert [one.text for one in listed.unneeded()] == ["'gateway/a/b.py': no longer needed: remove it"]
