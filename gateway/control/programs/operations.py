"""What the operations of TALQ make of two levels."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from gateway.control.talq.objects import Operation

FULL = 100

_OPERATIONS: Mapping[Operation, Callable[[int, int], int]] = MappingProxyType(
    {
        "Set": lambda _level, other: other,
        "Max": max,
        "Min": min,
        "Add": lambda level, other: min(FULL, level + other),
        "Sub": lambda level, other: max(0, level - other),
        "Mul": lambda level, other: round(level * other / FULL),
    }
)


def combined(level: int, operation: Operation, other: int) -> int:
    """Return what an operation makes of a level and another, in percent: `Mul` multiplies by a share."""
    return _OPERATIONS[operation](level, other)
