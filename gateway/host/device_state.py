"""State of devices that survives a restart: a folder with one small JSON file for each device."""

import logging
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from gateway.host.files import write_whole

log = logging.getLogger(__name__)

T = TypeVar("T", bound=msgspec.Struct)

DEVICE_STATES = "devices"
"""The name of the folder of what devices' readings left behind, in the folder `state` of a gateway."""


class DeviceState(Generic[T]):
    """Stores one struct for each device; without a folder, nothing is stored. `what` is its name in log messages."""

    def __init__(self, folder: Path | None, type_: type[T], what: str) -> None:
        self._folder, self._type, self._what = folder, type_, what
        self._changed: dict[str, T] = {}

    def recall(self, device: str) -> T | None:
        """Return the last state of a device, or None if there is none, or none that can be read."""
        if device in self._changed:
            return self._changed[device]
        if self._folder is None:
            return None
        path = self._path(device)
        try:
            return msgspec.json.decode(path.read_bytes(), type=self._type)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            log.warning("%s can't be read (%s); %s of device %s starts from nothing", path, error, self._what, device)
            return None

    def keep(self, device: str, known: T) -> None:
        """Set the state of a device; the next `flush` writes it to disk."""
        self._changed[device] = known

    @property
    def changed(self) -> bool:
        """Whether there is something to write."""
        return bool(self._changed)

    def flush(self) -> None:
        """Write what changed since the last flush. Errors are logged, and the next flush tries again."""
        changed, self._changed = self._changed, {}
        for device, known in changed.items():
            if self._folder is None:
                continue
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                write_whole(self._path(device), msgspec.json.encode(known))
            except OSError as error:
                log.warning("%s of device %s can't be stored: %s", self._what, device, error)
                self._changed.setdefault(device, known)

    def _path(self, device: str) -> Path:
        return (self._folder or Path()) / f"{device}.json"
