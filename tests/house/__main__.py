"""`python -m tests.house`: what the linters can't say of names, sizes, tests and imports. Exits with 1 if a rule is broken."""

import sys

from tests.house import exceptions
from tests.house.imports import FLOORS, circles, imports_inside_functions
from tests.house.mirrors import without_tests
from tests.house.names import defined_twice
from tests.house.sizes import full_folders, large_classes
from tests.house.source import ROOT, Source, Violation, sources


def violations(project: list[Source], tests: set[str], listed: dict[str, exceptions.Listed]) -> list[Violation]:
    """Return everything that breaks a rule, by place."""
    found = [
        *defined_twice(project),
        *large_classes(project, listed["large_classes"]),
        *full_folders(project),
        *without_tests(project, tests, listed["without_tests"]),
        *imports_inside_functions(project, listed["imports_inside_functions"]),
        *(one for floor in FLOORS for one in circles(project, floor)),
        *(one for table in listed.values() for one in table.unneeded()),
    ]
    return sorted(found)


def of_the_project() -> list[Violation]:
    """Return what breaks a rule in this project."""
    tests = {file.relative_to(ROOT).as_posix() for file in (ROOT / "tests").rglob("test_*.py")}
    return violations(sources(), tests, exceptions.read(exceptions.FILE.read_text(encoding="utf-8")))


if __name__ == "__main__":
    broken = of_the_project()
    for one in broken:
        print(f"{one.path}:{one.line}: {one.text}")
    sys.exit(bool(broken))
