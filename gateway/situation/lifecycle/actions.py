"""What can be done with a situation: by its owner, by others, and by the Situation Room when time has passed."""

from typing import Literal

import msgspec

from gateway.situation.event.content import SituationContent
from gateway.situation.event.fields import Instant, Paragraph, Reference
from gateway.situation.event.geometry import Geometry
from gateway.situation.event.kinds import SituationState


class Publish(msgspec.Struct, tag="publish", frozen=True, omit_defaults=True, kw_only=True):
    """A new situation; `state` is that in which it begins, by default what its times and its kind say."""

    id: Reference
    content: SituationContent
    geometry: Geometry | None
    state: SituationState | None = None


class Update(msgspec.Struct, tag="update", frozen=True, omit_defaults=True, kw_only=True):
    """New content, based on a version."""

    content: SituationContent
    geometry: Geometry | None
    version: int


class Confirm(msgspec.Struct, tag="confirm", frozen=True):
    """It will begin as planned."""


class Begin(msgspec.Struct, tag="begin", frozen=True, omit_defaults=True):
    """It has begun; verified by somebody or something on site."""

    time: Instant | None = None
    verified: bool = False


class End(msgspec.Struct, tag="end", frozen=True, omit_defaults=True):
    """It is over; verified by somebody or something on site."""

    time: Instant | None = None
    verified: bool = False


class Cancel(msgspec.Struct, tag="cancel", frozen=True):
    """It does not happen, or was published in error."""

    reason: Paragraph


class TakeBack(msgspec.Struct, tag="take-back", frozen=True):
    """The last change of the state was a mistake of whoever made it."""


class Acknowledge(msgspec.Struct, tag="acknowledge", frozen=True, omit_defaults=True):
    """An answer to a version."""

    answer: Literal["seen", "accepted", "objected"]
    version: int
    note: Paragraph | None = None


class AddComment(msgspec.Struct, tag="comment", frozen=True):
    """Something to say."""

    text: Paragraph


class AcceptBySilence(msgspec.Struct, tag="accept-by-silence", frozen=True):
    """The answer period is over, and nobody objected."""


class PassStart(msgspec.Struct, tag="pass-start", frozen=True):
    """The planned start has passed, and nobody has confirmed it."""


class Lapse(msgspec.Struct, tag="lapse", frozen=True):
    """Long after the planned start, still nobody says that it has begun."""


class Overrun(msgspec.Struct, tag="overrun", frozen=True):
    """The planned end has passed, and it goes on."""


RoomAction = AcceptBySilence | PassStart | Lapse | Overrun
"""What the Situation Room alone does."""

SituationAction = Publish | Update | Confirm | Begin | End | Cancel | TakeBack | Acknowledge | AddComment | RoomAction
