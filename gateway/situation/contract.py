"""The contract of the topics of the Situation Room, and that of all topics."""

from typing import Any

from gateway.model.contract import CHANNELS, TopicChannel, asyncapi, message_schema
from gateway.situation.event.document import SituationEvent
from gateway.situation.event.open_enumeration import open_schema
from gateway.situation.private_layer import NearMessage
from gateway.situation.requests import SituationAnswer, SituationRequest

_ROOM = "{site}/v1/sr"
EVENT_CHANNELS = (
    TopicChannel(
        "publicSituation",
        f"{_ROOM}/public/{{kind}}/{{situation}}",
        SituationEvent,
        "centre",
        retained=True,
        description="A situation that everybody may see, retained until an hour after its end; an empty message makes readers forget it.",
    ),
    TopicChannel(
        "organisationSituation",
        f"{_ROOM}/org/{{organisation}}/{{kind}}/{{situation}}",
        SituationEvent,
        "centre",
        retained=True,
        description="The inbox of an organisation: a situation in whose audience it is, with what the public does not see.",
    ),
)
"""Topics of situations; their messages are described by `situation_schema`, with what organisations send elsewhere."""

MESSAGE_CHANNELS = (
    TopicChannel(
        "situationRequest",
        f"{_ROOM}/org/{{organisation}}/request",
        SituationRequest,
        "organisation",
        retained=False,
        description="A request of an organisation to the Situation Room: publish, update, confirm, end, answer and so on.",
    ),
    TopicChannel(
        "situationAnswer",
        f"{_ROOM}/org/{{organisation}}/answer",
        SituationAnswer,
        "centre",
        retained=False,
        description="What became of a request of an organisation.",
    ),
    TopicChannel(
        "situationNear",
        f"{_ROOM}/org/{{organisation}}/near",
        NearMessage,
        "centre",
        retained=True,
        description="The roadworks that come near to what an organisation owns, for it alone; an empty message if it has given no layer.",
    ),
)
"""Topics of requests and of single organisations, each with a schema of its own."""


def whole_asyncapi() -> dict[str, Any]:
    """Return the AsyncAPI document of all topics."""
    return dict(open_schema(asyncapi((*CHANNELS, *EVENT_CHANNELS, *MESSAGE_CHANNELS))))


def situation_message_schema(channel: TopicChannel) -> dict[str, Any]:
    """Return the JSON Schema of the messages of a topic of requests, in which open enumerations accept members of later versions."""
    return dict(open_schema(message_schema(channel)))
