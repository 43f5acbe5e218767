"""What a repository signs about a firmware: for which devices it is, and what an update does to them.

A release is the `custom` object of a target in the repository's metadata (The Update Framework, section 4.5), so it is signed together
with the size and the hash of the image.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

import msgspec

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._+/-]*\Z")]
"""A name or a version, as a device says it."""

Note = Annotated[str, msgspec.Meta(max_length=4000)]


class ReleaseNote(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a release changes, for the people who decide on the update."""

    en: Note = ""
    it: Note = ""


class FirmwareRelease(msgspec.Struct, frozen=True, omit_defaults=True, tag="firmware", tag_field="kind"):
    """A release of the firmware of one model.

    Attributes:
        vendor: Who makes the device: Wiren Board.
        model: The model as the device identifies itself, for example the signature of its firmware: WBMR6C.
        version: The version, as the device says it after the update.
        driver: The driver that transfers the image: wirenboard.
        hardware: The hardware revisions that the image is for; none means all.
        least_version: The oldest version from which a device can be updated to this one.
        settings: Whether the device keeps its settings: address, baud rate, limits.
        note: What has changed.
    """

    vendor: Word
    model: Word
    version: Word
    driver: Word
    hardware: Annotated[tuple[Word, ...], msgspec.Meta(max_length=32)] = ()
    least_version: Word | None = None
    settings: Literal["kept", "lost"] = "kept"
    note: ReleaseNote = ReleaseNote()


class GatewayRelease(msgspec.Struct, frozen=True, omit_defaults=True, tag="gateway", tag_field="kind"):
    """A release of the gateway itself: an archive with all wheels that an installation without network needs.

    Attributes:
        version: The version of the gateway.
        python: The version of Python that its wheels are for: 3.11.
        machine: The machine that its wheels are for, as `platform.machine()` says it, or `any`.
        least_version: The oldest version from which a gateway can be updated to this one.
        note: What has changed.
    """

    version: Word
    python: Word
    machine: Word = "any"
    least_version: Word | None = None
    note: ReleaseNote = ReleaseNote()


class FirmwareTarget(NamedTuple):
    """A release in a repository, with the image that it describes.

    Attributes:
        path: The name of the image in the repository.
        size_bytes: The size of the image.
        sha256: The SHA-256 of the image, in hexadecimal.
        release: What the repository signed about it.
    """

    path: str
    size_bytes: int
    sha256: str
    release: FirmwareRelease


class GatewayTarget(NamedTuple):
    """A release of the gateway in a repository, with the archive that it describes; the attributes are those of `FirmwareTarget`."""

    path: str
    size_bytes: int
    sha256: str
    release: GatewayRelease


def signed_target(path: str, size_bytes: int, sha256: str, custom: object) -> FirmwareTarget | GatewayTarget | None:
    """Return a target from what is signed about it; None for one that is neither a firmware nor a gateway, as a later version may have."""
    try:
        release: FirmwareRelease | GatewayRelease = msgspec.convert(custom, FirmwareRelease | GatewayRelease)
    except msgspec.ValidationError:
        return None
    if isinstance(release, GatewayRelease):
        return GatewayTarget(path, size_bytes, sha256, release)
    return FirmwareTarget(path, size_bytes, sha256, release)


_PRE_RELEASE, _FINAL = 0, 1


def version_order(version: str) -> Any:  # noqa: ANN401 — only to be compared with another of its kind
    """Return what versions are sorted by: 1.9.0 before 1.10.0, 1.10.0-rc2 before 1.10.0-rc10, and both before 1.10.0.

    The order is that of Semantic Versioning 2.0.0, section 11, also for versions of fewer or more numbers; what follows a `+` names a
    build and does not count, and a `v` in front is left out.
    """
    text = version.strip().lower().removeprefix("v").partition("+")[0]
    numbers, dash, rest = text.partition("-")
    main = [_part(part) for part in numbers.split(".")]
    while len(main) > 1 and main[-1] == _part("0"):
        main.pop()
    return main, (_PRE_RELEASE, [_part(part) for part in rest.split(".")]) if dash else (_FINAL, [])


def _part(text: str) -> list[tuple[int, int, str]]:
    """Return a part between two dots as its runs of digits and of other characters: rc10 is `rc`, 10."""
    runs: list[str] = []
    for character in text:
        if runs and runs[-1].isdecimal() == character.isdecimal():
            runs[-1] += character
        else:
            runs.append(character)
    return [(0, int(run), "") if run.isdecimal() else (1, 0, run) for run in runs]


_Target = TypeVar("_Target", FirmwareTarget, GatewayTarget)


def newest(targets: Iterable[_Target]) -> _Target | None:
    """Return the target of the newest version; None if there are no targets."""
    return max(targets, key=lambda target: version_order(target.release.version), default=None)
