"""The report of coverage says the total first, then the modules that need tests, the worst first."""

from tests.house.coverage import Covered, covered_of, report


def test_a_summary_has_lines_and_branches() -> None:
    summary = {"covered_lines": 8, "num_statements": 10, "covered_branches": 1, "num_branches": 4, "missing_lines": 2}
    assert covered_of(summary) == Covered(8, 10, 1, 4)
    assert str(covered_of(summary)) == "80.0 % of 10 lines, 25.0 % of 4 branches"
    assert covered_of(summary).percent == 100 * 9 / 14


def test_a_module_without_code_is_covered() -> None:
    assert Covered(0, 0, 0, 0).percent == 100.0


def test_only_modules_with_little_coverage_are_listed_the_worst_first() -> None:
    modules = {"good.py": Covered(8, 10, 0, 0), "poor.py": Covered(7, 10, 0, 0), "worst.py": Covered(9, 10, 0, 10)}
    assert list(report(Covered(24, 30, 0, 10), modules)) == [
        "coverage: 80.0 % of 30 lines, 0.0 % of 10 branches",
        "  worst.py: 90.0 % of 10 lines, 0.0 % of 10 branches",
        "  poor.py: 70.0 % of 10 lines, 100.0 % of 0 branches",
    ]
