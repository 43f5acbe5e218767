"""Operations on levels."""

import pytest

from gateway.control.programs.operations import combined
from gateway.control.talq.objects import Operation


@pytest.mark.parametrize(
    ("operation", "level", "other", "result"),
    [
        ("Set", 80, 30, 30), ("Max", 80, 30, 80), ("Max", 20, 30, 30), ("Min", 80, 30, 30), ("Min", 20, 30, 20), ("Add", 80, 30, 100),
        ("Add", 20, 30, 50), ("Sub", 80, 30, 50), ("Sub", 20, 30, 0), ("Mul", 80, 50, 40), ("Mul", 33, 50, 16),
    ],
)  # fmt: skip
def test_operations_are_those_of_talq_and_stay_within_a_hundred(operation: Operation, level: int, other: int, result: int) -> None:
    assert combined(level, operation, other) == result
