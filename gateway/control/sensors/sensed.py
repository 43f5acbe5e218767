"""What a sensor says, after it was judged."""

from typing import NamedTuple


class Sensed(NamedTuple):
    """Whether a sensor is active, and for how many seconds it has been so or not; None if it can't be believed.

    A photocell is active while it is dark, a presence sensor while somebody is there. `level` is what a sensor asks for that sends levels;
    `reduction`, of a traffic counter, by how many categories the light may be reduced.
    """

    active: bool | None
    for_s: float = 0.0
    level: int | None = None
    reduction: int = 0


NOT_BELIEVED = Sensed(None)
