"""The verdict about a soak: what must not be, in words. Pure."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

import msgspec

from tests.hostile.outcome import DELAY_S
from tests.soak.ledger import Tally
from tests.soak.observer import BrokerHolds
from tests.soak.slopes import LEAST_POINTS, Growth, Trend, floors, trend

WARM_UP, LEAST_RUN = 0.4, 0.25
"""Shares of the whole time. In half an hour every attack comes once within the first: until then a process fills its caches to their bounds, and
finds out how much memory it needs at once. The second must be left of a run after that for it to be judged."""

FORESEEN = 48
"""Memory counts as flat if, growing on like this, it does not reach its limit within so many times the length of the soak: a day for half an hour, a
week for three hours and a half. A shorter soak cannot tell slower growth from the noise of an allocator."""

SETTLED_S = 600.0
"""Time that shows that memory has settled. Each attack fills caches to their bounds, and some come late: what grows in steps, and then no
more, has no line through all of them. So the last half alone may be flat, if it is so long: time for two thirds of the attacks.
"""

BROKER_MIB, STORE_MIB = 512.0, 1024.0
"""The limits of servers that are not ours: the broker's is twice its `max_queued_bytes`, the store's twice what the rig lets it use."""

DESCRIPTORS_A_MINUTE = 0.1
"""One descriptor in ten minutes: 144 a day, a seventh of the 1024 that systemd allows a service."""

LEAST_RUN_S = 120.0
"""What must be left of a run in any case, however short the soak."""

Points = Sequence[tuple[float, float]]
"""Values by their times in seconds."""

Interval = tuple[float, float, float]
"""A slope, and between which values it lies."""


class Calm(NamedTuple):
    """What a process holds in a pause of that number, in seconds since its last start."""

    pause: int
    t_s: float
    held_kib: float
    descriptors: float


class Run(msgspec.Struct):
    """One process: its program, its samples since its last start, taken in pauses, and what became of it."""

    name: str
    program: str
    samples: Sequence[Calm]
    run_s: float
    peak_mib: float
    peak_during: Sequence[str]
    limit_mib: float | None
    ended: int
    restarts: int


class ProcessReport(msgspec.Struct):
    """How a process did. Slopes are per minute, with their intervals; None if its last run is too short.

    `peak_during` are the attacks that went on when it used the most memory. `held_mib` is its memory without mapped files, whose pages the kernel takes back when it needs them.
    """

    name: str
    program: str
    ended_by_faults: int
    restarts: int
    run_min: float
    peak_mib: float
    peak_during: Sequence[str]
    limit_mib: float | None
    held_mib: float
    judged_from_min: float | None = None
    memory_kib_per_min: Interval | None = None
    memory_bound: float | None = None
    memory: Growth = "not shown"
    descriptors: float | None = None
    descriptors_per_min: Interval | None = None
    descriptor_growth: Growth = "not shown"
    held_mib_by_pause: list[float] = []
    descriptors_by_pause: list[float] = []


class Outcome(msgspec.Struct):
    """The outcome of a soak; `wrong` says in words what did not hold."""

    held: bool
    wrong: list[str]
    minutes: float
    seed: int
    store: str
    devices: int
    readings: int
    values: int
    values_per_s: float
    lost: int
    doubled: int
    misdated: int
    wrong_values: int
    in_gaps: dict[str, int]
    drained_s: float
    faults: dict[str, int]
    attacks: dict[str, int]
    failed_attacks: list[str]
    delay_s: dict[str, float]
    undisturbed_delay_s: dict[str, float]
    undisturbed_batches: dict[str, int]
    delay_by_attack_s: dict[str, float]
    late: list[str]
    broker_holds: BrokerHolds
    processes: list[ProcessReport]


def report(run: Run, total_s: float) -> ProcessReport:
    """Return how a process did, with its slopes if its last run was long enough."""
    found = ProcessReport(
        run.name,
        run.program,
        run.ended,
        run.restarts,
        round(run.run_s / 60, 1),
        round(run.peak_mib, 1),
        run.peak_during,
        run.limit_mib,
        0.0,
    )
    memory = floors((one.pause, one.t_s, one.held_kib) for one in run.samples)
    descriptors = floors((one.pause, one.t_s, one.descriptors) for one in run.samples)
    found.held_mib_by_pause = [round(kib / 1024, 1) for _, kib in memory]
    found.descriptors_by_pause = [count for _, count in descriptors]
    found.held_mib = found.held_mib_by_pause[-1] if memory else 0.0
    warm_memory, warm_descriptors = ([one for one in floor if one[0] >= WARM_UP * total_s] for floor in (memory, descriptors))
    if len(warm_memory) < LEAST_POINTS or run.run_s - WARM_UP * total_s < max(LEAST_RUN_S, LEAST_RUN * total_s):
        return found
    opened, judged = trend(warm_descriptors), settled(run, warm_memory, total_s)
    found.judged_from_min = round(judged[0][0] / 60, 1)
    level_kib, grown = fmean(kib for _, kib in judged), trend(judged)
    found.held_mib, found.memory_bound = round(level_kib / 1024, 1), round(memory_bound(run, level_kib, total_s), 1)
    found.memory_kib_per_min, found.memory = _rounded(grown), grown.growth(found.memory_bound)
    found.descriptors = round(fmean(count for _, count in warm_descriptors), 1)
    found.descriptors_per_min, found.descriptor_growth = _rounded(opened), opened.growth(DESCRIPTORS_A_MINUTE)
    return found


def settled(run: Run, floors_kib: Points, total_s: float) -> Points:
    """Return the points that memory is judged by: all, or the last half if that alone is flat, and long enough to show it."""
    for part in (floors_kib, floors_kib[len(floors_kib) // 2 :]):
        enough = part is floors_kib or part[-1][0] - part[0][0] >= SETTLED_S
        if enough and len(part) >= LEAST_POINTS and trend(part).growth(memory_bound(run, fmean(kib for _, kib in part), total_s)) == "flat":
            return part
    return floors_kib


def memory_bound(run: Run, level_kib: float, total_s: float) -> float:
    """Return how many KiB a minute a process may grow, from a level that it has reached, in a soak of that length."""
    limit_mib = run.limit_mib or (STORE_MIB if run.program == "store" else BROKER_MIB)
    return max(0.0, 1024 * limit_mib - level_kib) / (FORESEEN * total_s / 60)


def _rounded(one: Trend) -> Interval:
    return round(one.per_minute, 3), round(one.low, 3), round(one.high, 3)


def wrongs_of_process(one: ProcessReport, *, judged: bool) -> list[str]:
    """Return what was wrong with a process; a soak that is too short to judge growth says nothing about it."""
    found = [f"{one.name} ended {one.restarts} times by itself"] if one.restarts else []
    if one.limit_mib is not None and one.peak_mib > one.limit_mib:
        found.append(
            f"{one.name} reached {one.peak_mib:.0f} MiB during {', '.join(one.peak_during) or 'no attack'}; the limit is {one.limit_mib:.0f}"
        )
    if judged:
        found += _wrongs_of_growth(one)
    return found


def _wrongs_of_growth(one: ProcessReport) -> list[str]:
    if one.memory_kib_per_min is None or one.descriptors_per_min is None:
        return [f"it is not shown that {one.name} does not grow: its last run of {one.run_min} min is too short, or had too few pauses"]
    found = []
    for what, unit, growth, slope, bound in (
        ("memory", "KiB", one.memory, one.memory_kib_per_min, one.memory_bound),
        ("number of descriptors", "", one.descriptor_growth, one.descriptors_per_min, DESCRIPTORS_A_MINUTE),
    ):
        middle, low, high = slope
        if growth != "flat":
            said = f"the {what} of {one.name} grows" if growth == "grows" else f"it is not shown that the {what} of {one.name} is flat"
            found.append(f"{said}: {middle:+} {unit} a minute, between {low:+} and {high:+}; the bound is {bound}".replace("  ", " "))
    return found


def wrongs_of_readings(tallies: Mapping[str, Tally], ended: Mapping[str, int]) -> list[str]:
    """Return what was wrong with the stored readings, by operator; only a gateway that was ended may have gaps."""
    found = []
    for operator, tally in tallies.items():
        counts = {"lost": tally.lost, "doubled": tally.doubled, "misdated": tally.misdated, "wrong": tally.wrong}
        found += [f"{count} readings of {operator} are {what}" for what, count in counts.items() if count]
        found += tally.notes[:5]

        if tally.in_gaps and not ended[operator]:
            found.append(f"{tally.in_gaps} readings of {operator} are in gaps though its gateway was never ended")
        if not tally.served:
            found.append(f"no device of {operator} was read")
    return found


_MOST_ON_THE_WAY = 100
"""Messages that a drained broker may hold besides those retained: its own about itself, and what is being delivered."""


def wrongs_of_broker(holds: BrokerHolds) -> list[str]:
    """Return what a broker holds, after everything is drained, for nobody."""
    found = []
    if holds.sessions > 0:  # mosquitto 2.0.11 miscounts: it may say -1
        found.append(f"the broker holds {holds.sessions} sessions of clients that are gone")
    if holds.messages - holds.retained > _MOST_ON_THE_WAY:
        found.append(f"the broker holds {holds.messages - holds.retained} messages that wait for somebody")
    return found


def wrongs_of_delays(undisturbed_s: Mapping[str, float]) -> list[str]:
    """Return which operators waited too long while no fault was the reason."""
    return [
        f"{operator} waited {delay_s:.1f} s for a receipt without a fault"
        for operator, delay_s in undisturbed_s.items()
        if delay_s > DELAY_S
    ]
