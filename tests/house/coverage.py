"""`python -m tests.house.coverage`: how much of the code the last `make test` ran. Exits with 1 below the floor set in pyproject.toml.

Prints the lines and branches that were run in total, then the modules where less than 80 % of them were, the worst first.
"""

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import coverage

from tests.house.source import ROOT

WELL_COVERED_PERCENT = 80.0


class Covered(NamedTuple):
    """How many lines and branches there are, and how many of them were run."""

    lines_run: int
    lines: int
    branches_run: int
    branches: int

    @property
    def percent(self) -> float:
        """Return the share of lines and branches together, as coverage computes it for its floor."""
        return _percent(self.lines_run + self.branches_run, self.lines + self.branches)

    def __str__(self) -> str:
        """Return lines and branches apart."""
        lines = f"{_percent(self.lines_run, self.lines):.1f} % of {self.lines} lines"
        return f"{lines}, {_percent(self.branches_run, self.branches):.1f} % of {self.branches} branches"


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 100.0


def covered_of(summary: Mapping[str, int]) -> Covered:
    """Return one summary of coverage's JSON report."""
    return Covered(summary["covered_lines"], summary["num_statements"], summary["covered_branches"], summary["num_branches"])


def report(total: Covered, modules: Mapping[str, Covered]) -> Iterator[str]:
    """Yield the lines of the report."""
    yield f"coverage: {total}"
    poor = sorted((covered.percent, path) for path, covered in modules.items() if covered.percent < WELL_COVERED_PERCENT)
    yield from (f"  {path}: {modules[path]}" for _, path in poor)


def measured() -> tuple[Covered, dict[str, Covered], float]:
    """Return the total of the last run, that of each module, and the floor in percent."""
    run = coverage.Coverage(config_file=str(ROOT / "pyproject.toml"))
    run.load()
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        run.json_report(outfile=file.name)
        found = json.loads(Path(file.name).read_bytes())
    modules = {path: covered_of(module["summary"]) for path, module in found["files"].items()}
    return covered_of(found["totals"]), modules, float(run.get_option("report:fail_under") or 0)  # type: ignore[arg-type]


def main() -> int:
    """Print the report; return the exit code."""
    total, modules, floor = measured()
    print("\n".join(report(total, modules)))
    if total.percent >= floor:
        return 0
    print(
        f"coverage of lines and branches together is {total.percent:.1f} %; the floor is {floor:g} %: write the missing tests",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
