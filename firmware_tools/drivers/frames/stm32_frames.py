"""What the UART bootloader of STM32 microcontrollers is sent. Pure.

Source: STMicroelectronics AN3155, USART protocol used in the STM32 bootloader, sections 2 and 3.
"""

from functools import reduce
from operator import xor

ACK, NACK, SYNCHRONISE = 0x79, 0x1F, 0x7F
GET, READ, GO, WRITE, ERASE, EXTENDED_ERASE = 0x00, 0x11, 0x21, 0x31, 0x43, 0x44
LONGEST_BYTES = 256
_ALIGNMENT_BYTES = 4
_ERASED = b"\xff"

MASS_ERASE = b"\xff\x00"
MASS_ERASE_EXTENDED = b"\xff\xff\x00"


def command(code: int) -> bytes:
    """Return a command: its code and the complement."""
    return bytes((code, code ^ 0xFF))


def address(place: int) -> bytes:
    """Return an address and its checksum."""
    data = place.to_bytes(4, "big")
    return data + _checksum(data)


def count(length: int) -> bytes:
    """Return how many bytes to read, and the complement."""
    return command(length - 1)


def filled(data: bytes) -> bytes:
    """Return data to write, filled up to whole words with what erased memory has."""
    return data + _ERASED * (-len(data) % _ALIGNMENT_BYTES)


def content(data: bytes) -> bytes:
    """Return up to 256 bytes to write, with their count and checksum; whole words, see `filled`."""
    counted = bytes((len(data) - 1,)) + data
    return counted + _checksum(counted)


def is_application(image: bytes, place: int) -> bool:
    """Return whether an image can start at an address: its vector table has a stack in RAM and a reset handler in the image.

    Source: Arm, Cortex-M devices generic user guide, vector table; RAM begins at 0x20000000, handlers are odd (Thumb).
    """
    stack, reset = (int.from_bytes(image[at : at + 4], "little") for at in (0, 4))
    return len(image) > 8 and stack >> 28 in (0x1, 0x2, 0x3) and reset % 2 == 1 and place < reset < place + len(image)


def _checksum(data: bytes) -> bytes:
    return bytes((reduce(xor, data),))
