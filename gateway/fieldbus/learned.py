"""What a device has shown of itself: addresses that no read may bridge, and points that it refuses. Kept over restarts."""

import logging
from pathlib import Path

import msgspec

from gateway.fieldbus.plan import Hole
from gateway.host.files import write_whole

log = logging.getLogger(__name__)


class Learned(msgspec.Struct, frozen=True):
    """What one device has shown under one profile. `refused` names points (`name`, or `name@channel`) that never gave a value."""

    profile: str
    holes: tuple[Hole, ...] = ()
    refused: tuple[str, ...] = ()


class LearnedStore:
    """Keeps one small file a device in a folder; without a folder, only in memory."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._changed: dict[str, Learned] = {}

    def recall(self, device: str, profile: str) -> Learned:
        """Give what is known of a device; nothing, where it was learned of another product or can't be read."""
        nothing = Learned(profile)
        if self._folder is None:
            return nothing
        path = self._path(device)
        try:
            found = msgspec.json.decode(path.read_bytes(), type=Learned)
        except FileNotFoundError:
            return nothing
        except (OSError, msgspec.MsgspecError) as error:
            log.warning("%s can't be read (%s): what device %s has shown is learned again", path, error, device)
            return nothing
        return found if found.profile == profile else nothing

    def keep(self, device: str, learned: Learned) -> None:
        """Remember something; it is on the disk after the next `flush`."""
        self._changed[device] = learned

    @property
    def changed(self) -> bool:
        """Whether something waits to be written."""
        return bool(self._changed)

    def flush(self) -> None:
        """Write what was learned since the last time. What can't be written is logged and tried again the next time."""
        changed, self._changed = self._changed, {}
        for device, learned in changed.items():
            if self._folder is None:
                continue
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                write_whole(self._path(device), msgspec.json.encode(learned))
            except OSError as error:
                log.warning("what device %s has shown can't be kept: %s", device, error)
                self._changed.setdefault(device, learned)

    def _path(self, device: str) -> Path:
        return (self._folder or Path()) / f"{device}.json"
