"""Bootloaders that receive firmware by XMODEM or YMODEM, written from the protocol's reference; shares no code with the sender.

Source: Chuck Forsberg, XMODEM/YMODEM Protocol Reference (1988).
"""

from gateway.simulate.bootloaders.generic import NO_FAULTS, GenericUnit
from gateway.simulate.bootloaders.unit import Mode, UnitFaults

_ACK, _NAK, _CANCEL, _READY = b"\x06", b"\x15", b"\x18\x18", b"C"
_DATA_BYTES = {0x01: 128, 0x02: 1024}
_EOT = 0x04
_READY_EVERY_S = 1.0


def crc16(data: bytes) -> int:
    """Return the CRC of a block: polynomial 0x1021, starting with 0, bit by bit."""
    value = 0
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


class ModemUnit(GenericUnit):
    """One device: waits for a transfer in its bootloader, erases when the first block comes, and starts what it received.

    Args:
        unit: the Modbus address of its application.
        batch: whether it receives by YMODEM.
        checksum: whether it is so old that it knows no CRC.
    """

    erase_s = 0.3
    block_s = 0.004

    def __init__(
        self,
        unit: int,
        *,
        batch: bool = False,
        checksum: bool = False,
        version: str | None = "1.0.0",
        baud: int = 9600,
        bootloader_baud: int | None = None,
        faults: UnitFaults = NO_FAULTS,
    ) -> None:
        super().__init__(unit, version=version, baud=baud, bootloader_baud=bootloader_baud, faults=faults)
        self._batch, self._checksum = batch, checksum
        self._buffer = b""
        self._content = bytearray()
        self._expected = 0
        self._size: int | None = None
        self._ended = False

    def run_bootloader(self) -> None:
        """Wait for a transfer."""
        self.mode = Mode.BOOTLOADER
        self._buffer, self._expected, self._size = b"", 0 if self._batch else 1, None
        self._content.clear()
        self._ended = False
        self._ready()

    def _ready(self) -> None:
        self._reply(_NAK if self._checksum else _READY)
        self._later(_READY_EVERY_S, self._ready)

    def _wait(self) -> None:
        """Wait for more bytes, as long as the state of the transfer allows."""
        if self._ended:
            self._later(_READY_EVERY_S, self._start)
        else:
            self._later(_READY_EVERY_S, self._repeat if self._content or self._buffer else self._ready)

    def _reply(self, data: bytes, after_s: float = 0.0) -> None:
        self._send(data, self.turnaround_s + after_s, self.baud)

    def hear_in_bootloader(self, data: bytes) -> None:
        """Receive blocks; noise is answered with NAK once the line is quiet."""
        self._buffer += data
        while self._buffer and self.mode is Mode.BOOTLOADER:
            size = _DATA_BYTES.get(self._buffer[0])
            if size is None:
                head, self._buffer = self._buffer[0], self._buffer[1:]
                if head == _EOT and not self._buffer and self._content:
                    self._end()
                continue
            whole = 3 + size + (1 if self._checksum else 2)
            if len(self._buffer) < whole:
                break
            frame, self._buffer = self._buffer[:whole], self._buffer[whole:]
            self._block(frame[1], frame[2], frame[3 : 3 + size], frame[3 + size :])
        if self.mode is Mode.BOOTLOADER:
            self._wait()

    def _repeat(self) -> None:
        """Ask for a block again whose end did not come, and give the transfer up if nothing comes any more."""
        self._buffer = b""
        self._reply(_NAK)
        self._later(10 * _READY_EVERY_S, self.run_bootloader)

    def _block(self, number: int, inverse: int, data: bytes, check: bytes) -> None:
        good = sum(data) & 0xFF if self._checksum else crc16(data)
        if number ^ inverse != 0xFF or int.from_bytes(check, "big") != good:
            self._buffer = b""
            self._reply(_NAK)
        elif number == (self._expected - 1) & 0xFF and (self._expected > 1 or self._batch):
            self._reply(_ACK)  # the answer was lost
        elif number != self._expected & 0xFF:
            self._reply(_CANCEL)
            self._content.clear()
            self._expected = 0 if self._batch else 1
        elif self._expected == 0:
            self._name(data)
        else:
            self._store(data)

    def _name(self, data: bytes) -> None:
        """Accept YMODEM's block 0: the name and size of a file, or the end of the batch."""
        name, _, rest = data.partition(b"\0")
        self._reply(_ACK)
        if name:
            self._size = int(rest.split(b" ")[0].rstrip(b"\0"))
            self._expected = 1
            self._reply(_READY)
        elif self._ended:
            self._start()

    def _store(self, data: bytes) -> None:
        first = not self._content
        if first:
            self.application = None
        self._content += data
        self._expected += 1
        if self._accept_chunk():
            self._reply(_ACK, self.erase_s if first else self.block_s)

    def _end(self) -> None:
        """Acknowledge the end of the file; by YMODEM, another one may follow."""
        self._reply(_ACK)
        if not self._batch:
            self._start()
        elif not self._ended:
            self._ended, self._expected = True, 0
            self._reply(_READY)

    def _start(self) -> None:
        """Start what was received, if it is a firmware for this device; else wait for another transfer."""
        if self.install(bytes(self._content[: self._size])) and self.application is not None:
            self.start_application()
        else:
            self.run_bootloader()
