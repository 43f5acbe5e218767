"""States that last: from a sequence of yes, no and unknown to the times between which something was so. Pure."""

from collections.abc import Iterable
from typing import NamedTuple


class StateRun(NamedTuple):
    """A state that lasted, in milliseconds since 1970. It is active if nothing has been read yet that ends it."""

    from_ms: int
    to_ms: int
    active: bool

    @property
    def duration_s(self) -> float:
        """How long it lasted, in seconds."""
        return (self.to_ms - self.from_ms) / 1000


class TimedState(NamedTuple):
    """Whether something was so at a time; None if unknown."""

    t_ms: int
    holds: bool | None


def lasting(states: Iterable[TimedState], *, hold_ms: int, step_ms: int, carried: StateRun | None = None) -> list[StateRun]:
    """Return the runs that last at least `hold_ms`, each state for `step_ms`.

    Only a "no" ends a run, "unknown" does not. `carried` is the run that was active before the first state; the first
    run continues it if no "no" comes before.
    """
    found: list[StateRun] = []
    begin_ms, last_ms = (carried.from_ms, carried.to_ms) if carried is not None else (None, 0)

    def close(*, active: bool) -> None:
        if begin_ms is not None and (last_ms - begin_ms >= hold_ms or (carried is not None and begin_ms == carried.from_ms)):
            found.append(StateRun(begin_ms, last_ms, active))

    for t_ms, holds in states:
        if holds:
            begin_ms = t_ms if begin_ms is None else begin_ms
            last_ms = t_ms + step_ms
        elif holds is False:
            close(active=False)
            begin_ms = None
    close(active=True)
    return found
