"""A device with MCUboot's serial recovery, written from MCUboot's sources with another library's CBOR; shares no code with the driver.

Sources: MCUboot boot/boot_serial/src/boot_serial.c (commands, offsets, which images are listed), docs/design.md (image format).
What stands for the signature is a keyed hash in a trailer entry of the vendor's range (0xA0), as no key pair is needed to refuse an image.
"""

import base64
import binascii
import hashlib
import struct
from typing import Any

import cbor2

from gateway.simulate.bootloaders.generic import NO_FAULTS, GenericUnit
from gateway.simulate.bootloaders.unit import Firmware, Mode, UnitFaults

_HEADER_BYTES = 32
_HASH_ENTRY, _KEYED_ENTRY = 0x10, 0xA0
_KEY = b"the key of the simulated devices"
_INVALID = 3
_NOT_SUPPORTED = 8
_RECEIVED_MOST = 1024
_OUT_CHARACTERS = 124


def make_mcuboot_image(version: str, payload: bytes, key: bytes = _KEY) -> bytes:
    """Return an image for the simulated devices, signed with their key or with another one."""
    major, minor, revision = map(int, version.split("."))
    head = struct.pack("<IIHHIIBBHI", 0x96F3B83D, 0, _HEADER_BYTES, 0, len(payload), 0, major, minor, revision, 0)
    signed = head.ljust(_HEADER_BYTES, b"\0") + payload
    digest = hashlib.sha256(signed).digest()
    entries = struct.pack("<HH", _HASH_ENTRY, 32) + digest + struct.pack("<HH", _KEYED_ENTRY, 32) + hashlib.sha256(key + digest).digest()
    return signed + struct.pack("<HH", 0x6907, 4 + len(entries)) + entries


def _valid(slot: bytes) -> Firmware | None:
    """Return the firmware in a slot, if its hash and its key are right."""
    if len(slot) < _HEADER_BYTES or slot[:4] != struct.pack("<I", 0x96F3B83D):
        return None
    size = struct.unpack_from("<I", slot, 12)[0]
    major, minor, revision = struct.unpack_from("<BBH", slot, 20)
    end = _HEADER_BYTES + size
    digest = hashlib.sha256(slot[:end]).digest()
    wanted = struct.pack("<HH", _HASH_ENTRY, 32) + digest + struct.pack("<HH", _KEYED_ENTRY, 32) + hashlib.sha256(_KEY + digest).digest()
    if slot[end + 4 : end + 4 + len(wanted)] != wanted:
        return None
    return Firmware(f"{major}.{minor}.{revision}", slot[_HEADER_BYTES:end])


class SmpUnit(GenericUnit):
    """One device with one slot: uploading erases the firmware that it has.

    Args:
        unit: the Modbus address of its application.
        slot_bytes: the size of the slot.
        aligned: how many bytes its flash memory writes at once; it asks again for the rest.
    """

    erase_s = 0.4
    chunk_s = 0.01

    def __init__(
        self,
        unit: int,
        *,
        version: str | None = "1.0.0",
        baud: int = 9600,
        bootloader_baud: int | None = None,
        slot_bytes: int = 64 * 1024,
        aligned: int = 8,
        faults: UnitFaults = NO_FAULTS,
    ) -> None:
        super().__init__(unit, version=version, baud=baud, bootloader_baud=bootloader_baud, faults=faults)
        self._slot_bytes, self._aligned = slot_bytes, aligned
        self._slot = make_mcuboot_image(version, b"old") if version is not None else b""
        self._line, self._packet = b"", b""
        self._expected, self._size = 0, 0

    def power_on(self) -> None:
        """Start the image in the slot, if it is valid; else serial recovery."""
        self.application = None if self._faults.broken else _valid(self._slot)
        super().power_on()

    def run_bootloader(self) -> None:
        """Wait for commands; an upload that was under way is forgotten."""
        super().run_bootloader()
        self._line, self._packet, self._expected, self._size = b"", b"", 0, 0

    def hear_in_bootloader(self, data: bytes) -> None:
        """Accept lines; one that is too long is dropped, as in boot_serial_read_console."""
        self._line += data
        while b"\n" in self._line:
            line, _, self._line = self._line.partition(b"\n")
            self._accept(line)
        if len(self._line) > _RECEIVED_MOST:
            self._line = b""

    def _accept(self, line: bytes) -> None:
        if line[:2] == b"\x06\x09":
            self._packet = b""
        elif line[:2] != b"\x04\x14":
            return
        try:
            self._packet += base64.b64decode(line[2:], validate=True)
        except binascii.Error:
            self._packet = b""
            return
        if len(self._packet) > 2 and len(self._packet) - 2 == int.from_bytes(self._packet[:2], "big"):
            packet, self._packet = self._packet[2:], b""
            if binascii.crc_hqx(packet, 0) == 0:
                self._command(packet[:-2])

    def _command(self, packet: bytes) -> None:
        operation, _, _, group, sequence, command = struct.unpack(">BBHHBB", packet[:8])
        content: dict[str, Any] = cbor2.loads(packet[8:]) if len(packet) > 8 else {}
        answer, after_s = self._answer_to(operation & 7, group, command, content)
        if answer is not None:
            body = _indefinite(answer)
            head = struct.pack(">BBHHBB", operation + 1, 0, len(body), group, sequence, command)
            self._write_lines(head + body, after_s)

    def _answer_to(self, operation: int, group: int, command: int, content: dict[str, Any]) -> tuple[dict[str, Any] | None, float]:
        if (operation, group, command) == (0, 1, 0):
            found = _valid(self._slot)
            return {"images": [] if found is None else [{"slot": 0, "version": found.version}]}, 0.02
        if (operation, group, command) == (2, 1, 1):
            return self._upload(content)
        if (operation, group, command) == (2, 0, 5):
            self._later(0.25, self.power_on)
            return {"rc": 0}, 0.0
        return {"rc": _NOT_SUPPORTED}, 0.0

    def _upload(self, content: dict[str, Any]) -> tuple[dict[str, Any] | None, float]:
        data, offset = content.get("data"), content.get("off")
        if not isinstance(data, bytes) or not isinstance(offset, int):
            return {"rc": _INVALID}, 0.0
        after_s = self.chunk_s
        if offset == 0:
            if not 0 < content.get("len", 0) <= self._slot_bytes:
                return {"rc": _INVALID}, 0.0
            self._size, self._expected, self._slot, self.application = content["len"], 0, b"", None
            after_s += self.erase_s
        elif offset != self._expected:
            return {"rc": 0, "off": self._expected}, 0.0
        elif self._expected + len(data) > self._size:
            return {"rc": _INVALID}, 0.0
        if self._expected + len(data) < self._size:
            data = data[: len(data) - len(data) % self._aligned]
        self._slot += data
        self._expected += len(data)
        answers = self._accept_chunk()
        return ({"rc": 0, "off": self._expected} if answers and self.mode is Mode.BOOTLOADER else None), after_s

    def _write_lines(self, packet: bytes, after_s: float) -> None:
        checked = packet + binascii.crc_hqx(packet, 0).to_bytes(2, "big")
        text = base64.b64encode(len(checked).to_bytes(2, "big") + checked)
        out, start = b"", b"\x06\x09"
        for at in range(0, len(text), _OUT_CHARACTERS):
            out += start + text[at : at + _OUT_CHARACTERS] + b"\n"
            start = b"\x04\x14"
        self._send(out, self.turnaround_s + after_s, self.baud)


def _indefinite(value: dict[str, Any]) -> bytes:
    """Encode a map without its length, as MCUboot's zcbor does."""
    return b"\xbf" + b"".join(cbor2.dumps(key) + cbor2.dumps(item) for key, item in value.items()) + b"\xff"
