"""What is known about the last update, in one file that is written whole."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from gateway.host.files import write_whole
from gateway.update.errors import UpdateError

FILE = "trial.json"

PENDING = "pending"
"""A file that is there while something is left to do: street-update.path starts street-update at once if whoever did it was killed."""


class SlotTrial(msgspec.Struct, frozen=True):
    """A new slot that is tried, and what became of it.

    Attributes:
        phase: `trial` until the new slot is proved, `undoing` while the old one is put back, then `proved` or `undone`.
        old: The slot that was current before.
        new: The slot that is tried.
        old_version: The version of the program in the old slot.
        version: The version of the program in the new slot.
        archive_sha256: The hash of the archive that the new slot was made from; None if it is an earlier slot.
        answering: The lines and profiles whose devices answered before, which must answer again.
        began_ms: When the trial began, in milliseconds since 1970.
        attempts: How often it was begun, because it was interrupted.
        why: The reason why it was undone, in English and Italian.
    """

    phase: Literal["trial", "undoing", "proved", "undone"]
    old: str
    new: str
    old_version: str
    version: str
    archive_sha256: str | None
    answering: list[tuple[str, str]]
    began_ms: int
    attempts: int = 0
    why: Mapping[str, str] = {}

    @property
    def is_pending(self) -> bool:
        """Whether something is left to do."""
        return self.phase in {"trial", "undoing"}


def read_trial(state: Path) -> SlotTrial | None:
    """Return the last trial; None if there was none.

    Raises:
        UpdateError: The file is damaged.
    """
    try:
        return msgspec.json.decode((state / FILE).read_bytes(), type=SlotTrial)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        file = state / FILE
        raise UpdateError(f"{file} is damaged ({error}): delete it", f"{file} è danneggiato ({error}): eliminalo") from error


def write_trial(state: Path, trial: SlotTrial) -> SlotTrial:
    """Store the state of a trial durably, and return it.

    Raises:
        OSError: It can't be written.
    """
    if trial.is_pending:
        (state / PENDING).touch()
    write_whole(state / FILE, msgspec.json.encode(trial))
    if not trial.is_pending:
        settle(state)
    return trial


def is_unsettled(state: Path) -> bool:
    """Return whether something is left to do, as far as street-update.path can see."""
    return (state / PENDING).exists()


def settle(state: Path) -> None:
    """Say that nothing is left to do.

    Raises:
        OSError: It can't be said.
    """
    (state / PENDING).unlink(missing_ok=True)
