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
    """The names to draw from: faults that end a process, faults that do not, attacks."""

    kills: Sequence[str]
    gentle: Sequence[str]
    attacks: Sequence[str]


def schedule(seed: int, total_s: float, choice: Choice, kills_s: float | None = None) -> list[Event]:
    """Return the events of a soak, the earliest first; all of them end within the time.

    After `kills_s` no fault ends a process, so that its last run is long enough to show whether it grows.
    """
    faults = _faults(random.Random(f"faults {seed}"), total_s, total_s if kills_s is None else kills_s, choice)
    attacks = _drawn(random.Random(f"attacks {seed}"), "attack", choice.attacks, 0.0, total_s, _ATTACK_S, _BETWEEN_ATTACKS_S)
    return sorted([*faults, *attacks], key=lambda event: event.at_s)


def _faults(chance: random.Random, total_s: float, kills_s: float, choice: Choice) -> Iterator[Event]:
    yield from _drawn(chance, "fault", [*choice.kills, *choice.gentle], 0.0, kills_s, _FAULT_S, _BETWEEN_FAULTS_S)
    yield from _drawn(chance, "fault", choice.gentle, kills_s, total_s, _FAULT_S, _BETWEEN_FAULTS_S)


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
