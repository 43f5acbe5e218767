"""One firmware image: the bytes of its file. Pure."""

import hashlib

import msgspec


class FirmwareImage(msgspec.Struct, frozen=True):
    """The bytes of a firmware file, and the name that protocols with file names send (YMODEM)."""

    content: bytes
    name: str = "firmware.bin"

    @property
    def sha256(self) -> str:
        """The SHA-256 of the content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()
