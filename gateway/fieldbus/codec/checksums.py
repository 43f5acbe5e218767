"""Checksums that field devices use: CRCs, sums and XOR. Pure.

CRC names and parameters follow the catalogue of parametrised CRC algorithms (Rocksoft model: width, polynomial, initial
value, reflection, final XOR); a test checks each against the catalogue's check value over "123456789".
"""

from collections.abc import Callable
from functools import reduce
from operator import xor
from typing import NamedTuple

from gateway.model.profile import CheckKind


class Crc(NamedTuple):
    """The parameters of a CRC; `polynomial` is written unreflected."""

    width: int
    polynomial: int
    initial: int
    reflected: bool
    final: int = 0


CRCS: dict[CheckKind, Crc] = {
    "crc8/smbus": Crc(8, 0x07, 0x00, reflected=False),
    "crc8/maxim": Crc(8, 0x31, 0x00, reflected=True),
    "crc8/nrsc5": Crc(8, 0x31, 0xFF, reflected=False),
    "crc8/wavetronix": Crc(8, 0x1C, 0x00, reflected=False),
    "crc16/modbus": Crc(16, 0x8005, 0xFFFF, reflected=True),
    "crc16/arc": Crc(16, 0x8005, 0x0000, reflected=True),
    "crc16/mcrf4xx": Crc(16, 0x1021, 0xFFFF, reflected=True),
    "crc16/ccitt-false": Crc(16, 0x1021, 0xFFFF, reflected=False),
    "crc16/xmodem": Crc(16, 0x1021, 0x0000, reflected=False),
    "crc16/kermit": Crc(16, 0x1021, 0x0000, reflected=True),
}


def _reflect(value: int, width: int) -> int:
    return int(f"{value:0{width}b}"[::-1], 2)


def _table(crc: Crc) -> tuple[int, ...]:
    top, mask = 1 << crc.width - 1, (1 << crc.width) - 1
    polynomial = _reflect(crc.polynomial, crc.width) if crc.reflected else crc.polynomial
    table = []
    for byte in range(256):
        value = byte if crc.reflected else byte << crc.width - 8
        for _ in range(8):
            if crc.reflected:
                value = value >> 1 ^ polynomial if value & 1 else value >> 1
            else:
                value = (value << 1 ^ polynomial if value & top else value << 1) & mask
        table.append(value)
    return tuple(table)


def crc_function(crc: Crc) -> Callable[[bytes], int]:
    """Return a function that computes a CRC, by table."""
    table, mask, shift = _table(crc), (1 << crc.width) - 1, crc.width - 8
    initial = _reflect(crc.initial, crc.width) if crc.reflected else crc.initial

    def reflected(data: bytes) -> int:
        value = initial
        for byte in data:
            value = value >> 8 ^ table[(value ^ byte) & 0xFF]
        return value ^ crc.final

    def plain(data: bytes) -> int:
        value = initial
        for byte in data:
            value = (value << 8 ^ table[value >> shift ^ byte]) & mask
        return value ^ crc.final

    return reflected if crc.reflected else plain


class Checksum(NamedTuple):
    """A checksum: its size in bytes, and the function that computes it."""

    size: int
    of: Callable[[bytes], int]


CHECKSUMS: dict[CheckKind, Checksum] = {name: Checksum(crc.width // 8, crc_function(crc)) for name, crc in CRCS.items()} | {
    "sum8": Checksum(1, lambda data: sum(data) & 0xFF),
    "sum8/inverted": Checksum(1, lambda data: ~sum(data) & 0xFF),
    "sum8/negated": Checksum(1, lambda data: -sum(data) & 0xFF),
    "sum16": Checksum(2, lambda data: sum(data) & 0xFFFF),
    "xor8": Checksum(1, lambda data: reduce(xor, data, 0)),
}
"""Every checksum that a profile may name."""

_modbus = CHECKSUMS["crc16/modbus"].of
_arc = CHECKSUMS["crc16/arc"].of


def crc16(data: bytes) -> bytes:
    """Return the two check bytes of an RTU frame, low byte first (Modbus over Serial Line V1.02, section 6.2.2)."""
    return _modbus(data).to_bytes(2, "little")


def wxt_crc(text: bytes) -> bytes:
    """Return the three check characters of a Vaisala WXT line (user guide M210906EN-C, appendix on CRC-16; the same as in SDI-12)."""
    crc = _arc(text)
    return bytes((0x40 | crc >> 12, 0x40 | crc >> 6 & 0x3F, 0x40 | crc & 0x3F))
