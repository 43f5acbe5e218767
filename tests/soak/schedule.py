"""What happens when in a soak: faults and attacks, one of each at a time, drawn from a seed. Pure."""

import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

Kind = Literal["fault", "attack"]

_FAULT_S, _BETWEEN_FAULTS_S = (0.5, 10.0), (5.0, 15.0)
_ATTACK_S, _BETWEEN_ATTACKS_S = (6.0, 12.0), (4.0, 9.0)
_FIRST_S = 5.0


PAUSE_S = 45.0
"""How long nothing is injected, so that memory can be compared. A process of the centre returns what it has freed each 30 seconds, and what went on
when the pause began may last ten more."""

_FIRST_PAUSE_S, _BETWEEN_PAUSES_S = 540.0, 90.0


class Pause(msgspec.Struct, frozen=True):
    """A time in which only readings go on, in seconds since the start of the soak."""

    from_s: float
    to_s: float


class Event(msgspec.Struct, frozen=True):
    """A fault or an attack: when it begins (seconds since the start of the soak), how long it lasts, and the seed of what it does."""

    at_s: float
    kind: Kind
    name: str
    seconds: float
    seed: int


class Choice(msgspec.Struct, frozen=True):
    """The names to draw from: faults that end a process or strike all, those of one gateway's devices and uplink, attacks."""

    shared: Sequence[str]
    own: Sequence[str]
    attacks: Sequence[str]


def schedule(seed: int, total_s: float, choice: Choice, shared_s: float | None = None) -> list[Event]:
    """Return the events of a soak, the earliest first; all of them end within the time.

    After `shared_s` no fault ends a process or strikes all, so that the last run of each is long enough to show whether it grows.
    """
    faults = _faults(random.Random(f"faults {seed}"), total_s, total_s if shared_s is None else shared_s, choice)
    attacks = _drawn(random.Random(f"attacks {seed}"), "attack", choice.attacks, 0.0, total_s, _ATTACK_S, _BETWEEN_ATTACKS_S)
    return sorted([*faults, *attacks], key=lambda event: event.at_s)


def with_pauses(events: Iterable[Event], total_s: float) -> tuple[list[Event], list[Pause]]:
    """Make pauses in a schedule, one of them at its end: what was to come after one comes so much later. Return both."""
    begins = [*_steps(_FIRST_PAUSE_S, total_s, _BETWEEN_PAUSES_S), total_s]
    pauses = [Pause(at_s + number * PAUSE_S, at_s + (number + 1) * PAUSE_S) for number, at_s in enumerate(begins)]
    moved = [msgspec.structs.replace(one, at_s=one.at_s + PAUSE_S * sum(at_s <= one.at_s for at_s in begins)) for one in events]
    return moved, pauses


def _steps(at_s: float, end_s: float, by_s: float) -> Iterator[float]:
    while at_s < end_s:
        yield at_s
        at_s += by_s


def _faults(chance: random.Random, total_s: float, shared_s: float, choice: Choice) -> Iterator[Event]:
    yield from _drawn(chance, "fault", [*choice.shared, *choice.own], 0.0, shared_s, _FAULT_S, _BETWEEN_FAULTS_S)
    yield from _drawn(chance, "fault", choice.own, shared_s, total_s, _FAULT_S, _BETWEEN_FAULTS_S)


def _drawn(
    chance: random.Random,
    kind: Kind,
    names: Sequence[str],
    at_s: float,
    end_s: float,
    lasts_s: tuple[float, float],
    apart_s: tuple[float, float],
) -> Iterator[Event]:
    """Draw events until a time. Every name comes once before one comes again."""
    left: list[str] = []
    at_s += _FIRST_S
    while names:
        seconds = round(chance.uniform(*lasts_s), 2)
        if at_s + seconds > end_s:
            return
        left = left or chance.sample(list(names), len(names))
        yield Event(round(at_s, 2), kind, left.pop(), seconds, chance.randrange(1 << 30))
        at_s += seconds + chance.uniform(*apart_s)
