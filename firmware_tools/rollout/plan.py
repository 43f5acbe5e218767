"""The plan of a roll-out: its waves, and about how long each takes. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from heapq import heapreplace

import msgspec

from firmware_tools.image.release import FirmwareTarget
from firmware_tools.rollout.device import KnownDevice
from firmware_tools.rollout.state import Rollout, RolloutDevice
from firmware_tools.rollout.terms import RolloutTerms, expected_s, room_s
from firmware_tools.rollout.waves import waves_of


class PlannedWave(msgspec.Struct):
    """A wave of the plan.

    Attributes:
        devices: Its devices: operator/gateway/device.
        lines: On how many lines they are.
        work_s: How long their updates take if all lines work at once as the terms allow.
        begins_ms: When it begins.
        updated_ms: When its last device is updated.
        watched_ms: When the next wave may begin, or the roll-out ends.
    """

    devices: list[str]
    lines: int
    work_s: float
    begins_ms: int
    updated_ms: int
    watched_ms: int


def too_slow(devices: Sequence[KnownDevice], target: FirmwareTarget, terms: RolloutTerms) -> list[KnownDevice]:
    """Return the devices whose update does not fit into a night."""
    return [one for one in devices if room_s(expected_s(target.size_bytes, one.bytes_per_s)) > terms.window.shortest_s]


def planned(rollout_id: str, devices: Sequence[KnownDevice], target: FirmwareTarget, terms: RolloutTerms, by: str, now_ms: int) -> Rollout:
    """Return the roll-out of a firmware to some devices, in waves."""
    found = [
        RolloutDevice(one.name, one.line or "", number, expected_s(target.size_bytes, one.bytes_per_s), one.version)
        for number, wave in enumerate(waves_of(devices, terms))
        for one in wave
    ]
    return Rollout(rollout_id, target, terms, by, now_ms, now_ms + round(1000 * terms.deadline_s), found)


def schedule(rollout: Rollout, now_ms: int) -> list[PlannedWave]:
    """Return when each wave is about to begin and to end, if nothing fails."""
    waves, at_ms = [], now_ms
    for number in range(rollout.waves):
        devices = [one for one in rollout.devices if one.wave == number]
        work_s = duration_s(devices, rollout.terms)
        begins_ms = _begin_ms(rollout.terms, at_ms, min(one.expected_s for one in devices))
        updated_ms = _after_ms(rollout.terms, begins_ms, work_s, max(one.expected_s for one in devices))
        at_ms = updated_ms + round(1000 * rollout.terms.watch_s)
        lines = len({one.at for one in devices})
        waves.append(PlannedWave([str(one.name) for one in devices], lines, work_s, begins_ms, updated_ms, at_ms))
    return waves


def duration_s(devices: Sequence[RolloutDevice], terms: RolloutTerms) -> float:
    """Return how long the updates of some devices take together, with at most so many at once on a line and on the site."""
    of_lines: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for one in devices:
        of_lines[one.at].append(one.expected_s)
    slots = [0.0] * terms.per_site
    longest = 0.0
    for durations in sorted(of_lines.values(), key=sum, reverse=True):
        lanes = [0.0] * terms.per_line
        for duration in sorted(durations, reverse=True):
            heapreplace(lanes, lanes[0] + duration)
        longest = max(longest, *lanes)
        for lane in lanes:
            heapreplace(slots, slots[0] + lane)
    return max(longest, *slots)


def _begin_ms(terms: RolloutTerms, at_ms: int, shortest_s: float) -> int:
    """Return when the first update can begin: in a night of which enough remains."""
    begins_ms = terms.window.next_begin_ms(at_ms)
    end_ms = terms.window.end_ms(begins_ms)
    if end_ms is not None and begins_ms + 1000 * room_s(shortest_s) > end_ms:
        return terms.window.next_begin_ms(end_ms)
    return begins_ms


def _after_ms(terms: RolloutTerms, begins_ms: int, work_s: float, longest_s: float) -> int:
    """Return when work is done that is done at night only; at the end of a night, no update of the longest duration begins any more."""
    at_ms, left_s = begins_ms, work_s
    while True:
        end_ms = terms.window.end_ms(at_ms) or at_ms
        room = max(0.0, (end_ms - at_ms) / 1000 - (room_s(longest_s) - longest_s))
        if left_s <= room or room_s(longest_s) > terms.window.shortest_s:
            return at_ms + round(1000 * left_s)
        left_s -= room
        at_ms = terms.window.next_begin_ms(end_ms)
