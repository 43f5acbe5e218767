"""The blocks of XMODEM (with checksum, CRC, or 1 KiB) and YMODEM. Pure.

Source: Chuck Forsberg, XMODEM/YMODEM Protocol Reference (1988), chapters 3 to 8.
"""

import binascii

SOH, STX, EOT, ACK, NAK, CAN, CRC_WANTED = 0x01, 0x02, 0x04, 0x06, 0x15, 0x18, 0x43
"""`CRC_WANTED` ("C") is what a receiver sends to begin, if it knows blocks with a CRC; else NAK."""

SHORT_BYTES, LONG_BYTES = 128, 1024
_FILLER = b"\x1a"


def block(number: int, data: bytes, *, crc: bool) -> bytes:
    """Return a block with up to 1024 bytes of data, filled up to 128 or 1024; block numbers count modulo 256."""
    size, head = (SHORT_BYTES, SOH) if len(data) <= SHORT_BYTES else (LONG_BYTES, STX)
    filled = data.ljust(size, _FILLER)
    check = binascii.crc_hqx(filled, 0).to_bytes(2, "big") if crc else bytes((sum(filled) & 0xFF,))
    return bytes((head, number & 0xFF, ~number & 0xFF)) + filled + check


def name_block(name: str, size_bytes: int) -> bytes:
    """Return YMODEM's block 0 with the name and length of a file."""
    text = name.encode("ascii", "replace")[:100] + b"\0" + str(size_bytes).encode() + b" "
    return block(0, text.ljust(SHORT_BYTES, b"\0"), crc=True)


END_OF_BATCH = block(0, bytes(SHORT_BYTES), crc=True)
"""YMODEM's last block: no further file follows."""
