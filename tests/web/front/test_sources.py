"""The sources of the pages: well typed, and their own tests pass."""

from pathlib import Path

import pytest

from tests.web.front import check_types, run_node

TESTS = sorted(Path(__file__).parent.glob("*.test.ts"))


def test_the_sources_of_the_pages_are_well_typed() -> None:
    check_types()


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.name.removesuffix(".test.ts"))
def test_the_tests_of_the_pure_modules_pass(file: Path) -> None:
    said = run_node("--no-warnings", "--test", "--test-reporter=tap", str(file))
    assert "\nok 1 - " in said
