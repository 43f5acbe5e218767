"""What happens in the day, as the simulated organisations see it: what they ask, what they are answered, what they receive. Pure."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from gateway.simulate.day.acts import DayStep

Channel = Literal["public", "own", "stream"]
"""Where something came from: the public tree or the own inbox of the broker, or the API's stream."""


class DayCall(NamedTuple):
    """A step with the organisation's own number of the request, and the version that the step is about (0: none)."""

    step: DayStep
    request: str
    version: int


class DayReply(NamedTuple):
    """What the room answered: the version after the act, or why it was not done."""

    done: bool
    version: int | None = None
    reason: str = ""


class PlayedStep(NamedTuple):
    """A step that was done, or refused, with the organisation's number of the request."""

    step: DayStep
    request: str
    reply: DayReply


class ReceivedChange(NamedTuple):
    """A situation as it was received; `number` is that of the change in the history of the room."""

    channel: Channel
    situation: str
    number: int
    version: int
    state: str


def received_change(channel: Channel, number: int, feature: Mapping[str, Any]) -> ReceivedChange:
    """Return the record of a feature that came on a channel."""
    properties = feature["properties"]
    return ReceivedChange(channel, feature["id"], number, properties["version"], properties["state"])
