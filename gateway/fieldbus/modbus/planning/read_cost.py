"""The time that a read takes on the line: characters at the line's speed, silences, turnaround. Pure.

Sources: Modbus over Serial Line V1.02, section 2.5.1 (silence of 3.5 characters, fixed at 1.75 ms above 19200 baud);
Modbus Application Protocol V1.1b3, section 6 (lengths of requests and responses).
"""

from typing import NamedTuple

SILENCE_CHARACTERS = 3.5
FIXED_SILENCE_S = 0.00175
_FASTEST_COUNTED_BAUD = 19200

_RTU_FRAME_BYTES = 8 + 5
"""The request, and the unit, function, byte count and CRC of the response."""

_TCP_FRAME_BYTES = 12 + 9
_TCP_BYTE_S = 8e-8
"""A byte at 100 Mbit/s: negligible beside a round trip, but enough to prefer the shorter of two plans."""


def character_s(baud: int, data_bits: int = 8, parity: str = "N", stop_bits: int = 1) -> float:
    """Return the time of one character: start bit, data bits, parity bit if any, stop bits."""
    return (1 + data_bits + (parity != "N") + stop_bits) / baud


def silence_s(baud: int, one_character_s: float) -> float:
    """Return the silence between frames on a line."""
    return FIXED_SILENCE_S if baud > _FASTEST_COUNTED_BAUD else SILENCE_CHARACTERS * one_character_s


class BusCost(NamedTuple):
    """The cost model of a line: a read takes `overhead_s`, and `byte_s` for each of its bytes.

    `frame_bytes` are the bytes of request and response other than the data.
    """

    overhead_s: float
    byte_s: float
    frame_bytes: int

    def read_s(self, function: int, quantity: int) -> float:
        """Return the seconds that a read of `quantity` registers (functions 3, 4) or bits (1, 2) takes."""
        return self.overhead_s + self.byte_s * (self.frame_bytes + data_bytes(function, quantity))


def rtu_cost(one_character_s: float, silence: float, turnaround_s: float) -> BusCost:
    """Return the cost model of an RTU line."""
    return BusCost(silence + turnaround_s, one_character_s, _RTU_FRAME_BYTES)


def tcp_cost(round_trip_s: float) -> BusCost:
    """Return the cost model of a TCP line."""
    return BusCost(round_trip_s, _TCP_BYTE_S, _TCP_FRAME_BYTES)


def data_bytes(function: int, quantity: int) -> int:
    """Return the number of data bytes in the response to a read."""
    return (quantity + 7) // 8 if function in (1, 2) else 2 * quantity
