"""What devices have shown about themselves, on disk."""

from pathlib import Path

from gateway.fieldbus.modbus.planning.learned import Learned
from gateway.host.device_state import DeviceState


class LearnedStore:
    """Stores what devices have shown, one file a device in a folder; without a folder, only in memory."""

    def __init__(self, folder: Path | None) -> None:
        self._state = DeviceState(folder, Learned, "what was learned")

    def load(self, device: str, profile: str) -> Learned:
        """Return what is known of a device: nothing, if the file is unreadable or about another product."""
        found = self._state.recall(device)
        return found if found is not None and found.profile == profile else Learned(profile)

    def store(self, device: str, learned: Learned) -> None:
        """Store what a device has shown; the next `flush` writes it to disk."""
        self._state.keep(device, learned)

    @property
    def changed(self) -> bool:
        """Whether there are changes to write."""
        return self._state.changed

    def flush(self) -> None:
        """Write the changes since the last flush to disk."""
        self._state.flush()
