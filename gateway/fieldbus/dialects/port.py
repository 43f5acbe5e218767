"""The port between a serial line and what is spoken on it: bytes out, told values in. Implementations do no input or output."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.codec.checksums import CHECKSUMS
from gateway.fieldbus.codec.value_rules import Raw
from gateway.model.profile import EachChannel
from gateway.model.quality import Quality


class RawValue(NamedTuple):
    """What one message told: raw values by slot, and why other slots that it speaks of have none."""

    values: dict[int, Raw]
    bad: dict[int, Quality]


class Query(NamedTuple):
    """What is asked, and of which channel, where the answer will not say."""

    data: bytes
    channel: int = 0


class Dialect(Protocol):
    """One device's language on its line."""

    setup: Sequence[bytes]
    """What is sent at every opening, and again after a silence."""

    asks: Sequence[Query]
    """The questions of one reading; none for a device that speaks unasked."""

    @property
    def rejected(self) -> int:
        """How many messages were thrown away for a wrong checksum or form."""
        ...

    def asking(self, question: Query) -> None:
        """Note what is asked next: what comes until the next question is its answer."""
        ...

    def feed(self, data: bytes) -> list[RawValue]:
        """Take bytes; give what the whole messages in them told."""
        ...


def each_question(each: EachChannel, device: BoundDevice, encode: Callable[[str], bytes]) -> list[Query]:
    """Make the question for every channel of a device that something is wanted of."""
    questions = []
    for channel in sorted({slot.channel for slot in device.slots}):
        data = encode(each.ask.replace("??", f"{each.first + each.step * channel:02X}"))
        if each.check is not None:
            checksum = CHECKSUMS[each.check]
            data += checksum.of(data).to_bytes(checksum.size, "big")
        questions.append(Query(data, channel))
    return questions
