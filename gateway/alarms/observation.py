"""What is known of the condition of an alarm at one time. Pure."""

from typing import NamedTuple

from gateway.alarms.details import NO_DETAIL
from gateway.model.messages import AlarmText


class Subject(NamedTuple):
    """What an alarm is about: an asset of an operator, a gateway or a worker of the centre, by name; and the gateway that it hangs on."""

    operator: str
    asset: str
    gateway: str


class Observation(NamedTuple):
    """Whether the condition of a kind of alarm is met at a subject: False if it is over, None if it can't be known or is in the deadband.

    `part` tells several of one kind at one subject apart, such as devices; `detail` says what was measured.
    `title` is what a device itself calls its alarm.
    """

    subject: Subject
    kind: str
    met: bool | None
    part: str = ""
    detail: AlarmText = NO_DETAIL
    title: AlarmText | None = None
