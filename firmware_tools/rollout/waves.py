"""Which devices are updated first, and which wave each of the others is in. Pure."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from firmware_tools.rollout.device import KnownDevice
from firmware_tools.rollout.terms import RolloutTerms

_One = TypeVar("_One")


def waves_of(devices: Sequence[KnownDevice], terms: RolloutTerms) -> list[list[KnownDevice]]:
    """Return the canaries, and then the waves; every device is in one, and none is empty.

    A firmware that fails often fails with one hardware revision, or after one earlier version: there is a canary of each. Devices of
    different lines follow each other, so that many lines work at once.
    """
    if not devices:
        return []
    kinds = len({(one.hardware, one.version) for one in devices})
    of_lines = in_turn(devices, lambda one: one.at)
    first = in_turn(of_lines, lambda one: (one.hardware, one.version))[: max(terms.canaries, kinds)]
    chosen = {one.name for one in first}
    rest = in_turn([one for one in devices if one.name not in chosen], lambda one: one.at)
    waves, done, share = [first], 0, 0.0
    for part in terms.waves:
        share += part
        upto = len(rest) if part is terms.waves[-1] else round(share * len(rest))
        waves.append(rest[done : max(done, upto)])
        done = max(done, upto)
    waves[-1] += rest[done:]
    return [in_turn(wave, lambda one: one.at) for wave in waves if wave]


def in_turn(some: Sequence[_One], of: Callable[[_One], Hashable]) -> list[_One]:
    """Return the same in another order: one of each group, then the second of each, and so on; within a group, their order remains."""
    rounds: dict[int, list[_One]] = defaultdict(list)
    seen: dict[Hashable, int] = defaultdict(int)
    for one in some:
        group = of(one)
        rounds[seen[group]].append(one)
        seen[group] += 1
    return [one for number in sorted(rounds) for one in rounds[number]]
