"""Which lines of a write were refused."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from gateway.centre.stores.influx.rejected_lines import MOST_WRITES, reason_of, rejected_lines


@given(st.sets(st.integers(0, 199), max_size=40), st.booleans())
def test_refused_lines_are_found_exactly_unless_there_are_too_many(bad: set[int], named: bool) -> None:
    lines = [f"m,n={number} x=1 {number}" for number in range(200)]
    written: set[str] = set()
    calls = 0

    def write_some(some: list[str]) -> str | None:
        nonlocal calls
        calls += 1
        ill = [line for line in some if lines.index(line) in bad]
        written.update(line for line in some if line not in ill)
        if not ill:
            return None
        return "\n".join(f"unable to parse '{line}': bad" for line in ill) if named else "partial write: something"

    answer = write_some(lines)
    found = rejected_lines([lines], answer, write_some) if answer is not None else []  # type: ignore[arg-type]
    refused = {one.line for one in found}
    assert len(found) == len(refused)
    assert {lines[number] for number in bad} <= refused
    assert set(lines) - refused <= written
    assert calls <= MOST_WRITES + 16, "the lines left by then are tried once more, half by half"
    if len(bad) <= 4:
        assert refused == {lines[number] for number in bad}


@given(st.sets(st.integers(0, 99), max_size=100), st.sets(st.integers(0, 19), max_size=10))
def test_no_line_of_a_part_without_refused_ones_is_ever_refused(bad: set[int], parts: set[int]) -> None:
    """However many lines one sender has that the store refuses: those of others are stored."""
    lines = [[f"m,p={part},n={number} x=1" for number in range(100)] for part in range(20)]
    ill = {lines[part][number] for part in parts for number in bad}
    written: set[str] = set()

    def write_some(some: Sequence[str]) -> str | None:
        written.update(line for line in some if line not in ill)
        return "partial write: something" if ill & set(some) else None

    answer = write_some([line for part in lines for line in part])
    found = rejected_lines(lines, answer, write_some) if answer is not None else []
    assert {one.part for one in found} == (parts if bad else set())
    assert ill <= {one.line for one in found}
    assert {line for part in lines for line in part} - {one.line for one in found} <= written


def test_lines_that_are_all_dropped_are_not_tried_one_by_one() -> None:
    """InfluxDB 1.6.7 says how many points it dropped, and names one value of the tag that has too many."""
    writes: list[int] = []

    def write_some(some: Sequence[str]) -> str | None:
        writes.append(len(some))
        dropped = sum("new" in line for line in some)
        return (
            f'{{"error":"partial write: max-values-per-tag limit exceeded (10/10): measurement=\\"m\\" tag=\\"asset\\" value=\\"new-1\\" dropped={dropped}"}}'
            if dropped
            else None
        )

    parts = [[f"m,asset=known-{n} x=1" for n in range(50)], [f"m,asset=new-{n} x=1" for n in range(50)]]
    answer = write_some(parts[0] + parts[1])
    assert answer is not None
    found = rejected_lines(parts, answer, write_some)
    assert [(one.part, one.line) for one in found] == [(1, line) for line in parts[1]]
    assert all("max-values-per-tag" in one.reason for one in found)
    assert writes == [100, 50, 50]


def test_a_reason_is_the_servers_error_in_one_line_of_bounded_length() -> None:
    assert reason_of('{"error":"one\\n two"}') == "one two"
    assert reason_of('{"code":"invalid","message":"no bucket"}') == "no bucket"
    assert reason_of("<html>") == "<html>"
    assert len(reason_of("x" * 5000)) == 2000
