"""What a device has shown of itself: addresses that no read may bridge, and points that it refuses. Kept over restarts."""

from pathlib import Path

import msgspec

from gateway.fieldbus.modbus.planning.read_plan import Hole
from gateway.host.device_state import Kept


class Learned(msgspec.Struct, frozen=True):
    """What one device has shown under one profile. `refused` names points (`name`, or `name@channel`) that never gave a value."""

    profile: str
    holes: tuple[Hole, ...] = ()
    refused: tuple[str, ...] = ()


class LearnedStore:
    """Keeps what devices have shown in a folder; without a folder, only in memory."""

    def __init__(self, folder: Path | None) -> None:
        self._kept = Kept(folder, Learned, "what was learned")

    def recall(self, device: str, profile: str) -> Learned:
        """Give what is known of a device; nothing, where it was learned of another product or can't be read."""
        found = self._kept.recall(device)
        return found if found is not None and found.profile == profile else Learned(profile)

    def keep(self, device: str, learned: Learned) -> None:
        """Remember something; it is on the disk after the next `flush`."""
        self._kept.keep(device, learned)

    @property
    def changed(self) -> bool:
        """Whether something waits to be written."""
        return self._kept.changed

    def flush(self) -> None:
        """Write what was learned since the last time."""
        self._kept.flush()
