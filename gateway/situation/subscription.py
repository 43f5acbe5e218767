"""Which situations somebody wants to hear of: of these kinds, at least so severe, in an area."""

from typing import NamedTuple

from gateway.situation.conflicts.shape import Box, shape_of
from gateway.situation.event.document import SituationFeature
from gateway.situation.event.kinds import SeverityLevel

_ORDER = (
    SeverityLevel.NONE, SeverityLevel.LOWEST, SeverityLevel.LOW, SeverityLevel.MEDIUM, SeverityLevel.HIGH, SeverityLevel.HIGHEST,
)  # fmt: skip


class Subscription(NamedTuple):
    """What is wanted of the situations that a recipient may see.

    Attributes:
        kinds: Kinds of events; all if there are none.
        least: The least severity; every one if it is None.
        area: The rectangle that their geometry must meet; everywhere if it is None.
    """

    kinds: frozenset[str] = frozenset()
    least: SeverityLevel | None = None
    area: Box | None = None

    def wants(self, seen: SituationFeature) -> bool:
        """Return whether a situation is wanted. One whose severity or place nobody has said may be: it is."""
        said = seen.properties
        if self.kinds and said.kind.member not in self.kinds:
            return False
        severity = said.severity.member
        if self.least is not None and severity in _ORDER and _ORDER.index(severity) < _ORDER.index(self.least):
            return False
        return self.area is None or seen.geometry is None or shape_of(seen.geometry).box.meets(self.area)
