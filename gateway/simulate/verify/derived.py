"""The values that a gateway derives from its readings, computed independently from the simulators' log. Pure."""

from collections.abc import Iterable, Mapping, Sequence

QUARTER_MS = 900_000
SOON_MS = 60_000
"""A response up to this long after a quarter begins still gives the register at its beginning."""

INTERVALS = {"active_energy_interval": "active_energy"}
"""Fields of closed quarter hours, and the register whose increase each of them is."""

ServedValue = float | bool | str


def is_quarter(values: Mapping[str, ServedValue]) -> bool:
    """Return whether a row is of a closed quarter hour."""
    return bool(values) and values.keys() <= INTERVALS.keys()


def energy(field: str, t_ms: int, served: Sequence[tuple[int, Mapping[str, ServedValue]]]) -> float | None:
    """Return the energy of the quarter that ends at a time, from the polls (time, delivered values) of its meter; None if unknown."""
    register = INTERVALS[field]
    start, end = (_at(boundary, register, served) for boundary in (t_ms - QUARTER_MS, t_ms))
    return None if start is None or end is None or t_ms % QUARTER_MS else round(end - start, 6)


def _at(boundary_ms: int, register: str, served: Sequence[tuple[int, Mapping[str, ServedValue]]]) -> float | None:
    for t_ms, values in served:
        if boundary_ms <= t_ms <= boundary_ms + SOON_MS and register in values:
            return float(values[register])
    return None


def transitions(states: Iterable[bool]) -> list[bool]:
    """Return the changes of a state that was false before: its new value at each change."""
    found: list[bool] = []
    for state in states:
        if state is not (found[-1] if found else False):
            found.append(state)
    return found
