"""The port of firmware drivers: one device, reached over one line, whose firmware is replaced in chunks.

A driver keeps its protocol's state between calls, but not the line: `close` releases the wire, and the next call opens it again. So an
update can borrow a line that a gateway polls, chunk by chunk.
"""

from collections.abc import Sequence
from enum import Enum
from typing import ClassVar, Literal, Protocol

import msgspec

from firmware_tools.image.image import FirmwareImage

Resumption = Literal["exact", "any", "never"]
"""Which chunk a transfer can go on with after a break.

exact: the next one or the one before it. The device knows no chunk by its number, so the caller must store each one before the next.
any: any one that was reached, because the device knows its place, or each chunk says its own.
never: a transfer that breaks begins again.
"""


class FirmwareIdentity(msgspec.Struct, frozen=True):
    """What a device says of itself; None is what it can't say, such as its version while it is in its bootloader."""

    model: str | None = None
    hardware: str | None = None
    version: str | None = None
    bootloader_version: str | None = None
    in_bootloader: bool = False


class FirmwareRemedy(Enum):
    """What can be done about an error."""

    RETRY = "retry"
    """The same call may succeed later."""

    RESTART = "restart"
    """The transfer may succeed if it begins again with chunk 0."""

    NONE = "none"
    """It fails again, with this image or at all."""


class FirmwareError(Exception):
    """An update did not get on; the sentence is in English, and in Italian in `italian`. `code` is one word for programs."""

    code: ClassVar[str]
    remedy: ClassVar[FirmwareRemedy]

    def __init__(self, english: str, italian: str) -> None:
        super().__init__(english)
        self.italian = italian


class NoFirmwareAnswer(FirmwareError):
    """The device did not answer, or not understandably: the same call may succeed later."""

    code, remedy = "no_answer", FirmwareRemedy.RETRY


class TransferLost(FirmwareError):
    """The device is no longer in the transfer, as after a power cut: `begin` again with chunk 0."""

    code, remedy = "transfer_lost", FirmwareRemedy.RESTART


class ImageRefused(FirmwareError):
    """The device or the driver refuses the image: it is for another product, damaged, or not signed."""

    code, remedy = "image_refused", FirmwareRemedy.NONE


class UpdateUnsupported(FirmwareError):
    """This device can't be updated in this way; the sentence says what would help."""

    code, remedy = "unsupported", FirmwareRemedy.NONE


class FirmwareDriver(Protocol):
    """Updates one device. Every call ends in `longest_call_s`, whatever the device sends.

    All calls raise:
        NoFirmwareAnswer, TransferLost, ImageRefused, UpdateUnsupported: see there.
        WireError: the wire can't be opened, or failed.

    Attributes:
        shares_line: Whether other devices of the line may be polled between two chunks. If not, nobody else may speak on the line from
            `begin` to the end of `finish`, because the bootloader takes any byte for its own.
        resumes: Which chunk a transfer can go on with after a break.
        longest_call_s: How long any call takes at most.
    """

    shares_line: bool
    resumes: Resumption
    longest_call_s: float

    def chunks(self, image: FirmwareImage) -> Sequence[bytes]:
        """Return what `send` transfers, in order; the last chunk may be shorter. Does no I/O.

        Raises:
            ImageRefused: the file has another format.
        """
        ...

    async def probe(self) -> FirmwareIdentity:
        """Ask the device what it is. It may be in its bootloader."""
        ...

    async def enter(self) -> None:
        """Start the bootloader and wait until it answers; nothing happens if it runs already."""
        ...

    async def begin(self, image: FirmwareImage, resume_at: int) -> int:
        """Prepare the device for the image and return the chunk to go on with: at most `resume_at`, and 0 to begin at the beginning.

        At 0, the old firmware is erased or becomes invalid, depending on the protocol.
        """
        ...

    async def send(self, number: int, chunk: bytes) -> None:
        """Transfer one chunk. After NoFirmwareAnswer, it may be called again with the same chunk."""
        ...

    async def finish(self) -> None:
        """Let the device verify what it received, start it, and wait until it answers."""
        ...

    def close(self) -> None:
        """Release the wire; the next call opens it again."""
        ...
