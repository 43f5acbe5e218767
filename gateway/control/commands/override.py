"""Commands that put a level in the place of the program's, for a time, and their priorities."""

from enum import IntEnum
from typing import NamedTuple

import msgspec


class Precedence(IntEnum):
    """Who says what a lamp does; the greater wins."""

    DEFAULT = 0
    CALENDAR = 1
    RULE = 2
    OVERRIDE = 3
    HAND_SWITCH = 4
    SAFETY = 5


class LightOverride(msgspec.Struct, frozen=True, kw_only=True):
    """A command: a level for a time, or, without a level, the release of what was commanded before with its precedence.

    `start_ms` is absent if it starts at once, `expires_ms` if it is permanent; then `review_ms` says when somebody looks at it again.
    """

    id: str
    issued_ms: int
    issued_by: str
    precedence: Precedence = Precedence.OVERRIDE
    level: int | None
    start_ms: int | None = None
    expires_ms: int | None = None
    review_ms: int | None = None
    ramp_s: float = 0.0
    ramp_from_s: float = 0.0

    @property
    def begins_ms(self) -> int:
        """The instant at which it begins, and from which older ones of its precedence do not count any more."""
        return self.issued_ms if self.start_ms is None else max(self.start_ms, self.issued_ms)

    @property
    def is_timed(self) -> bool:
        """Whether the time must be known to say if it is in effect."""
        return self.start_ms is not None or self.expires_ms is not None

    @property
    def order(self) -> tuple[int, str]:
        """What the newest has the greatest of: commands of one millisecond are ordered by their ids, the same way everywhere."""
        return self.issued_ms, self.id


class EndedOverride(NamedTuple):
    """When the last override of a precedence expired, and how many seconds the way back takes."""

    at_ms: int
    ramp_s: float
