"""Which lines of a write were refused."""

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
    found = rejected_lines(lines, answer, write_some) if answer is not None else []  # type: ignore[arg-type]
    refused = {line for line, _ in found}
    assert len(found) == len(refused)
    assert {lines[number] for number in bad} <= refused
    assert set(lines) - refused <= written
    assert calls <= MOST_WRITES + 16, "the lines left by then are tried once more, half by half"
    if len(bad) <= 4:
        assert refused == {lines[number] for number in bad}


def test_a_reason_is_the_servers_error_in_one_line_of_bounded_length() -> None:
    assert reason_of('{"error":"one\\n two"}') == "one two"
    assert reason_of('{"code":"invalid","message":"no bucket"}') == "no bucket"
    assert reason_of("<html>") == "<html>"
    assert len(reason_of("x" * 5000)) == 2000
