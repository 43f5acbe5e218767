"""What happens when in a soak: faults and attacks, one of each at a time, drawn from a seed. Pure."""

import random
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

Kind = Literal["fault", "attack"]

_FAULT_S, _BETWEEN_FAULTS_S = (0.5, 10.0), (5.0, 15.0)
_ATTACK_S, _BETWEEN_ATTACKS_S = (6.0, 12.0), (4.0, 9.0)
_FIRST_S = 5.0


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
