"""Each module has a test module at the same place under tests, so that a reader finds one from the other."""

from collections.abc import Collection, Iterable

from tests.house.exceptions import Listed
from tests.house.source import Source, Violation


def test_of(path: str) -> str:
    """Return where the tests of a module are; a command named like a Python keyword ends in an underscore, its tests don't."""
    folder, _, name = path.removeprefix("gateway/").rpartition("/")
    return "/".join(part for part in ("tests", folder, f"test_{name.removesuffix('.py').rstrip('_')}.py") if part)


def without_tests(sources: Iterable[Source], tests: Collection[str], listed: Listed) -> list[Violation]:
    """Return a violation for every module of the gateway and of the firmware tools that has no tests of its own and is not listed."""
    return [
        Violation(source.path, 1, f"module has no tests of its own: write {test_of(source.path)}, or list the module with a reason")
        for source in sources
        if source.path.startswith(("gateway/", "firmware_tools/"))
        and not source.path.endswith(("/__init__.py", "/__main__.py"))
        and test_of(source.path) not in tests
        and not listed.excuses(source.path)
    ]
