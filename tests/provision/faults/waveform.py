"""Characters as voltages on a pair of wires, and back: a UART's transmitter and receiver, sample by sample.

A receiver waits for a falling edge, looks again in the middle of the start bit, and then samples the middle of each further bit, as UARTs
with sixteenfold oversampling do. What it makes of a signal that was not meant for it follows from that. Shares no code with the gateway.
"""

from collections.abc import Sequence
from typing import NamedTuple

OVERSAMPLING = 16

MARK, SPACE = 1.0, -1.0


class Framing(NamedTuple):
    """The settings of a UART with eight data bits."""

    baud: int
    parity: str = "N"
    stop_bits: int = 1

    @property
    def bits(self) -> int:
        """The bits of a character."""
        return 9 + (self.parity != "N") + self.stop_bits

    @property
    def character_s(self) -> float:
        return self.bits / self.baud


AT_9600 = Framing(9600)


class Received(NamedTuple):
    """A character as received, when its stop bit was sampled (in samples), and whether parity and stop bit were right."""

    byte: int
    at: int
    parity_right: bool
    stop_right: bool

    @property
    def right(self) -> bool:
        return self.parity_right and self.stop_right


def parity_bit(byte: int, parity: str) -> int:
    ones = byte.bit_count() & 1
    return ones if parity == "E" else 1 - ones


def bits_of(data: bytes, framing: Framing) -> list[int]:
    """Return the bits of characters that are sent one right after the other."""
    bits: list[int] = []
    for byte in data:
        bits.append(0)
        bits += [byte >> place & 1 for place in range(8)]
        if framing.parity != "N":
            bits.append(parity_bit(byte, framing.parity))
        bits += [1] * framing.stop_bits
    return bits


def transmit(data: bytes, framing: Framing, rate_hz: float) -> list[float]:
    """Return the samples of a transmission: the driver is on for one bit before it."""
    per_bit = rate_hz / framing.baud
    levels = [MARK] + [MARK if bit else SPACE for bit in bits_of(data, framing)]
    samples: list[float] = []
    for number, level in enumerate(levels, 1):
        samples += [level] * (round(number * per_bit) - len(samples))
    return samples


FALLS_BELOW, RISES_ABOVE = -0.06, -0.03
"""The thresholds of a fail-safe receiver: an idle line without bias is a mark (-200 to -30 mV of 1.5 V, with hysteresis)."""


def compared(samples: Sequence[float]) -> bytearray:
    """Return what a receiver makes of voltages: 1 for mark, 0 for space."""
    mark, found = True, bytearray(len(samples))
    for place, one in enumerate(samples):
        mark = one >= FALLS_BELOW if mark else one > RISES_ABOVE
        found[place] = mark
    return found


def receive(voltages: Sequence[float], framing: Framing, rate_hz: float) -> list[Received]:
    """Return the characters that a UART receives."""
    samples = compared(voltages)
    per_bit = rate_hz / framing.baud
    found = []
    at, end = 1, len(samples)
    while at < end:
        if samples[at] or not samples[at - 1]:
            at += 1
            continue
        middle = at + per_bit / 2
        if round(middle) >= end:
            break
        if samples[round(middle)]:
            at += 1
            continue
        places = [round(middle + number * per_bit) for number in range(1, framing.bits)]
        if places[-1] >= end:
            break
        bits = [samples[place] for place in places]
        byte = sum(bit << place for place, bit in enumerate(bits[:8]))
        parity_right = framing.parity == "N" or bits[8] == parity_bit(byte, framing.parity)
        stop = 8 + (framing.parity != "N")
        found.append(Received(byte, places[stop], parity_right, stop_right=bits[stop] == 1))
        at = places[stop]
    return found
