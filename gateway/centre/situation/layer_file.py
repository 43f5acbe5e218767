"""The file of an organisation's private layer, of mode 0600, which is read again when it changes."""

import os
from pathlib import Path

from gateway.host.files import SecretError, check_secret
from gateway.situation.private_layer import MOST_LAYER_BYTES, PrivateLayer, read_layer


class LayerFile:
    """A file with a layer. While it can't be used, what it had before counts.

    Attributes:
        layer: The layer as it was last read; None if it never was.
        version: Grows with each layer that was read.
        failing: Why the file can't be used, if it can't.
    """

    def __init__(self, organisation: str, path: str) -> None:
        self._organisation, self._path = organisation, Path(os.path.expandvars(path))
        self._seen: tuple[int, int, int] | None = None
        self.layer: PrivateLayer | None = None
        self.version = 0
        self.failing: str | None = None

    def refresh(self) -> None:
        """Read the file if it has changed."""
        try:
            self._read()
            self.failing = None
        except (SecretError, ValueError) as error:
            self.failing = f"the layer of {self._organisation}: {error}"

    def _read(self) -> None:
        check_secret(self._path)
        try:
            with self._path.open("rb") as opened:
                found = os.fstat(opened.fileno())
                version = found.st_mtime_ns, found.st_size, found.st_ino
                if version == self._seen:
                    return
                content = opened.read(MOST_LAYER_BYTES + 1)
        except OSError as error:
            raise SecretError(f"{self._path} can't be read: {error.strerror}") from error
        try:
            self.layer = read_layer(content)
        except ValueError as error:
            raise ValueError(f"{self._path} is no layer: {error}") from error
        self._seen = version
        self.version += 1
