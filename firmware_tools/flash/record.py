"""What is stored of the update of a device while it is under way, so that it goes on after a kill or a power cut. Pure."""

from typing import Annotated, Literal

import msgspec

UpdatePhase = Literal["checking", "entering", "sending", "finishing", "reading_back", "succeeded", "failed"]
"""How far an update is.

checking: nothing was changed. entering: the bootloader was or will be started. sending: the device has some chunks. finishing: it has all,
and verifies them. reading_back: the new firmware was started. succeeded, failed: the update has ended.
"""

ENDED: tuple[UpdatePhase, ...] = ("succeeded", "failed")

TOUCHED: tuple[UpdatePhase, ...] = ("entering", "sending", "finishing", "reading_back")
"""The phases in which the device may be in its bootloader."""

_Text = Annotated[str, msgspec.Meta(max_length=1024)]
_Count = Annotated[int, msgspec.Meta(ge=0, le=1 << 32)]


class Reason(msgspec.Struct, frozen=True):
    """Why an update did not get on: a word for programs, and a sentence in English and Italian."""

    code: _Text
    en: _Text
    it: _Text


class UpdateRecord(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The update of a device to an image.

    Attributes:
        device: The device of the site.
        line: Its line.
        by: Who wanted the update.
        began_ms: When it was begun, in milliseconds since 1970.
        image: The SHA-256 of the image, in hexadecimal.
        name: The name of the image's file.
        size_bytes: Its size.
        chunks: The number of chunks of the transfer.
        model: The model that the image is for, as the device says it; None if the image does not say.
        hardware: The hardware revisions that it is for; none means all.
        to_version: The version of the image; None if the image does not say.
        from_version: The version before; None if the device does not say, or was in its bootloader.
        reinstall: Whether the device is updated although it has this version.
        phase: How far it is.
        chunk: The next chunk to send.
        restarts: How often the transfer began anew.
        paused: Somebody has stopped it; it goes on only if asked for again.
        stuck: It failed, and the device may be in its bootloader.
        reason: Why it failed, or what it was waiting for when it was interrupted.
        read_back: The version that the device had in the end.
        changed_ms: When this was stored, in milliseconds since 1970.
    """

    device: _Text
    line: _Text
    by: _Text
    began_ms: int
    image: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
    name: _Text
    size_bytes: _Count
    chunks: _Count
    model: _Text | None = None
    hardware: tuple[_Text, ...] = ()
    to_version: _Text | None = None
    from_version: _Text | None = None
    reinstall: bool = False
    phase: UpdatePhase = "checking"
    chunk: _Count = 0
    restarts: _Count = 0
    paused: bool = False
    stuck: bool = False
    reason: Reason | None = None
    read_back: _Text | None = None
    changed_ms: int = 0

    @property
    def ended(self) -> bool:
        """Whether the attempt has ended for good."""
        return self.phase in ENDED

    @property
    def touched(self) -> bool:
        """Whether the device may be in its bootloader, or have only a part of a firmware."""
        return self.phase in TOUCHED
