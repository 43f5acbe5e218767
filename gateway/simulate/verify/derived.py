"""What a gateway computes of what it was served, computed again from the simulators' log alone. Pure."""

from collections.abc import Iterable, Mapping, Sequence

QUARTER_MS = 900_000
SOON_MS = 60_000
"""So long after a quarter's beginning an answer still tells the register at it."""

INTERVALS = {"active_energy_interval": "active_energy"}
"""Fields of closed quarter hours, and the register that each is the difference of."""

ServedValue = float | bool | str


def is_quarter(values: Mapping[str, ServedValue]) -> bool:
    """Tell whether a row is of a closed quarter hour."""
    return bool(values) and values.keys() <= INTERVALS.keys()


def energy(field: str, t_ms: int, served: Sequence[tuple[int, Mapping[str, ServedValue]]]) -> float | None:
    """Give the energy of the quarter that ends at a time, from the polls (time, delivered values) of its meter."""
    register = INTERVALS[field]
    start, end = (_at(boundary, register, served) for boundary in (t_ms - QUARTER_MS, t_ms))
    return None if start is None or end is None or t_ms % QUARTER_MS else round(end - start, 6)


def _at(boundary_ms: int, register: str, served: Sequence[tuple[int, Mapping[str, ServedValue]]]) -> float | None:
    for t_ms, values in served:
        if boundary_ms <= t_ms <= boundary_ms + SOON_MS and register in values:
            return float(values[register])
    return None


def transitions(states: Iterable[bool]) -> list[bool]:
    """Give the events that a state makes which was false before: what it became, each time that it changed."""
    found: list[bool] = []
    for state in states:
        if state is not (found[-1] if found else False):
            found.append(state)
    return found
