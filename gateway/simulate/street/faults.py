"""Faults that begin and end by a seeded plan: what is faulty at any time since the start. Pure."""

import random
from typing import NamedTuple


class Episode(NamedTuple):
    """A fault of a device, a line or a lamp; times are seconds since the start."""

    from_s: float
    to_s: float
    what: str


class Faults:
    """The plan: lamps fail, devices fall silent, lines are noisy; each once soon after the start, then now and again."""

    def __init__(self, seed: int, lamps: list[str], devices: list[str], lines: list[str]) -> None:
        chance = random.Random(seed)  # noqa: S311 — a simulation
        self._episodes: dict[str, list[Episode]] = {"lamp": [], "silent": [], "noise": []}
        for kind, names, first_s, length_s, pause_s in (
            ("lamp", lamps, 5.0, 600.0, 120.0),
            ("silent", devices, 9.0, 14.0, 60.0),
            ("noise", lines, 15.0, 8.0, 75.0),
        ):
            at_s = first_s
            while names and at_s < 86400:
                self._episodes[kind].append(Episode(at_s, at_s + length_s * chance.uniform(0.7, 1.3), chance.choice(names)))
                at_s += pause_s * chance.uniform(0.6, 1.8)

    def lamp_failed(self, lamp: str, t_s: float) -> bool:
        """Return whether a lamp has failed."""
        return self._on("lamp", lamp, t_s)

    def silent(self, device: str, t_s: float) -> bool:
        """Return whether a device does not respond."""
        return self._on("silent", device, t_s)

    def noisy(self, line: str, t_s: float) -> bool:
        """Return whether a line corrupts responses."""
        return self._on("noise", line, t_s)

    def _on(self, kind: str, what: str, t_s: float) -> bool:
        return any(one.from_s <= t_s < one.to_s and one.what == what for one in self._episodes[kind])
