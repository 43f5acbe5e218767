"""What a gateway keeps of its devices over restarts: one small JSON file a device in a folder."""

import logging
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from gateway.host.files import write_whole

log = logging.getLogger(__name__)

T = TypeVar("T", bound=msgspec.Struct)


class DeviceState(Generic[T]):
    """Keeps one struct a device; without a folder, only in memory. `what` names it in what is logged."""

    def __init__(self, folder: Path | None, type_: type[T], what: str) -> None:
        self._folder, self._type, self._what = folder, type_, what
        self._changed: dict[str, T] = {}

    def recall(self, device: str) -> T | None:
        """Give what is known of a device; None where there is nothing, or nothing that can be read."""
        if self._folder is None:
            return None
        path = self._path(device)
        try:
            return msgspec.json.decode(path.read_bytes(), type=self._type)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            log.warning("%s can't be read (%s): %s of device %s begins anew", path, error, self._what, device)
            return None

    def keep(self, device: str, known: T) -> None:
        """Remember something; it is on the disk after the next `flush`."""
        self._changed[device] = known

    @property
    def changed(self) -> bool:
        """Whether something waits to be written."""
        return bool(self._changed)

    def flush(self) -> None:
        """Write what is new since the last time. What can't be written is logged and tried again the next time."""
        changed, self._changed = self._changed, {}
        for device, known in changed.items():
            if self._folder is None:
                continue
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                write_whole(self._path(device), msgspec.json.encode(known))
            except OSError as error:
                log.warning("%s of device %s can't be kept: %s", self._what, device, error)
                self._changed.setdefault(device, known)

    def _path(self, device: str) -> Path:
        return (self._folder or Path()) / f"{device}.json"
