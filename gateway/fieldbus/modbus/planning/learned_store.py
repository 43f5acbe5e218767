"""What devices have taught their plans, on disk."""

from pathlib import Path

from gateway.fieldbus.modbus.planning.learned import Learned
from gateway.host.device_state import DeviceState


class LearnedStore:
    """Keeps what devices have shown in a folder; without a folder, only in memory."""

    def __init__(self, folder: Path | None) -> None:
        self._kept = DeviceState(folder, Learned, "what was learned")

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
