"""What each recipient may see of a situation."""

from msgspec.structs import asdict, replace

from gateway.model.instants import iso_utc
from gateway.situation.event.content import SituationContent
from gateway.situation.event.document import SituationFeature, SituationProperties
from gateway.situation.lifecycle.parties import Parties
from gateway.situation.lifecycle.permissions import audience_of
from gateway.situation.lifecycle.situation import Situation

PUBLIC = None
"""The recipient that stands for everybody."""


def seen_by(situation: Situation, recipient: str | None, parties: Parties) -> SituationFeature | None:
    """Return what an organisation, or the public, may see of a situation; None if nothing.

    The audience sees everything. Others see what is public, if the situation is: no internal text, answers, comments, or other documents.
    """
    if recipient is not PUBLIC and recipient in audience_of(situation, parties):
        return feature_of(situation)
    return feature_of(_public(situation)) if situation.content.audience.public else None


def feature_of(situation: Situation) -> SituationFeature:
    """Return the whole document of a situation."""
    properties = SituationProperties(
        **asdict(situation.content),
        owner=situation.owner,
        version=situation.version,
        state=situation.state,
        updated=iso_utc(situation.since_ms),
        overrunning=situation.overrunning,
        start_unconfirmed=situation.overdue == "start",
        acknowledgements=situation.acknowledgements,
        comments=situation.comments,
    )
    return SituationFeature(id=situation.id, geometry=situation.geometry, properties=properties)


def _public(situation: Situation) -> Situation:
    content: SituationContent = replace(
        situation.content,
        internal=None,
        audience=replace(situation.content.audience, organisations=[]),
        attachments=[one for one in situation.content.attachments if one.public],
    )
    return replace(situation, content=content, acknowledgements=(), comments=())
