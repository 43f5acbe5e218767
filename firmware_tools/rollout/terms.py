"""The terms of a roll-out: how many at once, when, how long each is watched, and when it stops. Pure."""

from typing import Annotated

import msgspec

from firmware_tools.rollout.windows import NightWindow

_Count = Annotated[int, msgspec.Meta(ge=1, le=10_000)]

BEGIN_WITHIN_S = 300.0
"""How long a gateway may wait before it begins to follow an order: its line may be lent to somebody else."""

ROOM_SHARE = 1.5
"""An update begins only if so many times its expected duration remain before its night ends."""

_LONGEST_SHARE, _LONGEST_MORE_S = 3.0, 600.0
"""An update is given up after so many times its expected duration, and so much more: the line is noisy, or the device has to be rescued."""

OVERHEAD_S = 60.0
"""What an update takes beside the transfer: to check the device, to erase its flash, to start it and to read its version back."""


class RolloutTerms(msgspec.Struct, frozen=True):
    """The terms of a roll-out.

    Attributes:
        window: The time of the day in which updates begin and end.
        canaries: How many devices are updated first, at least; one for every hardware revision and version that the devices have.
        waves: The shares of the other devices that follow, wave by wave; together 1.
        per_line: How many devices of a line are updated at once.
        per_site: How many devices of the site are updated at once.
        settle_s: How long an updated device may be silent or in alarm: it starts, and its alarms clear.
        watch_s: How long an updated device must work, in seconds, before the next wave begins.
        failed_share: The share of a wave that may fail; of the canaries, none may.
        failed_count: How many devices may fail in all; None: the share decides alone.
        patience_s: How long a wave waits for devices that do not answer.
        attempts: How often a device is tried whose update fails in a way that may pass.
        deadline_s: How long the roll-out lasts at most; then it ends, whatever is left.
    """

    window: NightWindow
    canaries: _Count = 3
    waves: Annotated[tuple[Annotated[float, msgspec.Meta(gt=0, le=1)], ...], msgspec.Meta(min_length=1, max_length=20)] = (0.1, 0.3, 0.6)
    per_line: _Count = 1
    per_site: _Count = 20
    settle_s: Annotated[float, msgspec.Meta(ge=0)] = 900.0
    watch_s: Annotated[float, msgspec.Meta(ge=0)] = 12 * 3600.0
    failed_share: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.05
    failed_count: Annotated[int, msgspec.Meta(ge=0)] | None = None
    patience_s: Annotated[float, msgspec.Meta(gt=0)] = 48 * 3600.0
    attempts: Annotated[int, msgspec.Meta(ge=1, le=20)] = 3
    deadline_s: Annotated[float, msgspec.Meta(gt=0)] = 30 * 86400.0

    def problems(self) -> list[str]:
        """Return what contradicts itself, as sentences."""
        found = []
        if abs(sum(self.waves) - 1) > 1e-6:
            found.append(f"the waves have {100 * sum(self.waves):g} % of the devices together; they must have 100 %")
        if self.settle_s > self.watch_s:
            found.append(f"a device may be silent for {self.settle_s:g} s, which is longer than it is watched: {self.watch_s:g} s")
        if self.window.shortest_s <= BEGIN_WITHIN_S:
            found.append(f"the window {self.window} is too short: it needs more than an hour, as nights in spring are an hour shorter")
        return found


def room_s(expected_s: float) -> float:
    """Return how much of a night must remain for an update of an expected duration to begin, in seconds."""
    return BEGIN_WITHIN_S + ROOM_SHARE * expected_s


def longest_s(expected_s: float) -> float:
    """Return how long an update of an expected duration may take, in seconds."""
    return _LONGEST_SHARE * expected_s + _LONGEST_MORE_S


def expected_s(size_bytes: int, bytes_per_s: float) -> float:
    """Return how long an update takes, in seconds."""
    return OVERHEAD_S + size_bytes / bytes_per_s
