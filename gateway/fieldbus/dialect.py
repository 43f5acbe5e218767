"""The port between a serial line and what is spoken on it: bytes out, told values in. Implementations do no input or output."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from gateway.fieldbus.shape import Raw
from gateway.model.quality import Quality


class Told(NamedTuple):
    """What one message told: raw values by slot, and why other slots that it speaks of have none."""

    values: dict[int, Raw]
    bad: dict[int, Quality]


class Dialect(Protocol):
    """One device's language on its line."""

    setup: Sequence[bytes]
    """What is sent at every opening, and again after a silence."""

    asks: Sequence[bytes]
    """The questions of one reading; none for a device that speaks unasked."""

    @property
    def rejected(self) -> int:
        """How many messages were thrown away for a wrong checksum or form."""
        ...

    def feed(self, data: bytes) -> list[Told]:
        """Take bytes; give what the whole messages in them told."""
        ...
