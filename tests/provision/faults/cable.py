"""What happens to voltages on their way: drivers that meet, wires that are swapped, lines that reflect, load or pick up noise."""

import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

Samples = list[float]
Effect = Callable[[Sequence[float]], Samples]

BIAS = 0.15
"""The voltage of a line that nobody drives, held by its bias resistors, in units of a driver's."""


class Drive(NamedTuple):
    """One transmission on the line: its first sample, its samples, and how strong its driver is compared with others."""

    first: int
    samples: Sequence[float]
    strength: float = 1.0


def joined(drives: Sequence[Drive], length: int) -> Samples:
    """Return the voltage of a line: drivers that are on at the same time add up, and the stronger one wins."""
    line = [BIAS] * length
    driven = [False] * length
    for first, samples, strength in drives:
        for place, level in enumerate(samples[: length - first], first):
            line[place] = line[place] + strength * level if driven[place] else strength * level
            driven[place] = True
    return line


def unchanged(samples: Sequence[float]) -> Samples:
    """Return the voltages of a good cable."""
    return list(samples)


def inverted(samples: Sequence[float]) -> Samples:
    """Return the voltages behind swapped wires."""
    return [-one for one in samples]


def ringing(rate_hz: float, round_trip_s: float, returned: float, chance: random.Random, hum: float) -> Effect:
    """Return the effect of a line without termination: each change comes back from the open end, again and again, and ever weaker.

    The open end doubles a wave, and the driver, whose resistance is below the line's, returns it with the opposite sign: the voltage after
    a step swings about its final value with the time of a round trip, by `returned` of the step at first.
    """
    delay = max(1, round(round_trip_s * rate_hz))

    def ring(samples: Sequence[float]) -> Samples:
        found: Samples = []
        for place, one in enumerate(samples):
            before = found[place - delay] if place >= delay else samples[0]
            found.append((1 + returned) * one - returned * before)
        return [one + chance.gauss(0, hum) for one in found]

    return ring


def loaded(rate_hz: float, time_constant_s: float, strength: float, chance: random.Random, hum: float) -> Effect:
    """Return the effect of a bus that is too long for its load: capacitance slows every edge, the load weakens the signal, hum adds to it.

    Single bits between others of the opposite sign no longer reach their level, and hum decides about them.
    """
    share = 1 - 2.718281828 ** (-1 / (time_constant_s * rate_hz))

    def slow(samples: Sequence[float]) -> Samples:
        level, found = strength * samples[0], []
        offset = 0.0
        for place, one in enumerate(samples):
            if place % 16 == 0:
                offset = chance.gauss(0, hum)
            level += share * (strength * one - level)
            found.append(level + offset)
        return found

    return slow


def bursts(rate_hz: float, length: int, chance: random.Random) -> Samples:
    """Return what a line that nobody drives picks up while something switches nearby: pulses of random lengths."""
    line = [BIAS] * length
    at = 0
    while at < length:
        at += round(chance.expovariate(1 / 0.0006) * rate_hz)
        width = max(1, round(chance.uniform(20e-6, 400e-6) * rate_hz))
        for place in range(at, min(at + width, length)):
            line[place] = chance.uniform(-1.5, 0.0)
        at += width
    return line
