"""Sets of numbers as ranges."""

from gateway.model.ranges import ranges_of


def test_adjacent_numbers_are_one_range() -> None:
    assert ranges_of([5, 1, 2, 3, 9]) == [(1, 3), (5, 5), (9, 9)]
    assert ranges_of([]) == []
