"""A situation as the Situation Room knows it: what its owner says, its state, and what others answer."""

from typing import Literal

import msgspec

from gateway.situation.event.content import SituationContent
from gateway.situation.event.document import Acknowledgement, Comment
from gateway.situation.event.geometry import Geometry
from gateway.situation.event.kinds import SituationState, WorksCategory

Overdue = Literal["start", "end"]


class Undo(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a state was before somebody changed it, so that the same organisation can take that back."""

    organisation: str
    at_ms: int
    state: SituationState
    overdue: Overdue | None
    actual_start: str | None
    actual_end: str | None
    start_verified: bool
    end_verified: bool


class Situation(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One situation.

    `version` counts changes of content and state, `revision` everything that anybody did, and `since_ms` is when the version began.
    `overdue`: the planned start has passed unconfirmed, or the planned end has passed and it goes on.
    """

    id: str
    owner: str
    content: SituationContent
    geometry: Geometry | None
    state: SituationState
    version: int
    revision: int
    since_ms: int
    overdue: Overdue | None = None
    acknowledgements: tuple[Acknowledgement, ...] = ()
    comments: tuple[Comment, ...] = ()
    undo: Undo | None = None

    @property
    def category(self) -> WorksCategory:
        """The category of its works; of other events, that of standard works."""
        return WorksCategory.STANDARD if self.content.roadworks is None else self.content.roadworks.category

    @property
    def overrunning(self) -> bool:
        """Whether it goes on though its planned end has passed."""
        return self.overdue == "end"

    def answer_of(self, organisation: str) -> str | None:
        """Return what an organisation says to the present version; None if it has not answered."""
        return next((one.answer for one in self.acknowledgements if (one.organisation, one.version) == (organisation, self.version)), None)
