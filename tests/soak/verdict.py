"""The verdict about a soak: what must not be, in words. Pure."""

from collections.abc import Mapping, Sequence

import msgspec

from tests.hostile.outcome import DELAY_S
from tests.soak.ledger import Tally
from tests.soak.slopes import Growth, Slope, means, slope

WARM_UP, LEAST_RUN = 0.4, 0.25
"""Shares of the whole time. In half an hour every attack comes once within the first: until then a process fills its caches to their bounds, and
finds out how much memory it needs at once. The second must be left of a run after that for it to be judged."""

DESCRIPTORS_A_MINUTE = 0.1
"""One descriptor in ten minutes: 144 a day, a seventh of the 1024 that systemd allows a service."""

BROKER_A_DAY_MIB, STORE_A_DAY_MIB = 256.0, 1024.0
"""What a day may add to servers that are not ours: the broker's `max_queued_bytes`; a store keeps an index and a cache of what it stores."""

LEAST_RUN_S = 120.0
"""What must be left of a run in any case, however short the soak."""

_WINDOW_S = 30.0
_DAY_MIN = 1440.0


class Run(msgspec.Struct):
    """One process: its samples since its last start (s, KiB, descriptors), taken while no attack was going on, and what became of it."""

    name: str
    samples: Sequence[tuple[float, float, float]]
    run_s: float
    peak_mib: float
    limit_mib: float | None
    ended: int
    restarts: int


class ProcessReport(msgspec.Struct):
    """How a process did. Slopes are per minute, with their standard errors; None if its last run is too short."""

    name: str
    ended_by_faults: int
    restarts: int
    run_min: float
    peak_mib: float
    limit_mib: float | None
    rss_mib: float
    rss_kib_per_min: float | None = None
    rss_error: float | None = None
    rss_bound: float | None = None
    memory: Growth | None = None
    descriptors: float | None = None
    descriptors_per_min: float | None = None
    descriptors_error: float | None = None
    descriptor_growth: Growth | None = None


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
    processes: list[ProcessReport]


def report(run: Run, total_s: float) -> ProcessReport:
    """Return how a process did, with its slopes if its last run was long enough."""
    found = ProcessReport(run.name, run.ended, run.restarts, round(run.run_s / 60, 1), round(run.peak_mib, 1), run.limit_mib, 0.0)
    warm = [one for one in run.samples if one[0] >= WARM_UP * total_s]
    found.rss_mib = round(sum(rss for _, rss, _ in run.samples) / max(1, len(run.samples)) / 1024, 1)
    memory, descriptors = (means([(one[0], one[which]) for one in warm], _WINDOW_S) for which in (1, 2))
    if len(memory) < 3 or run.run_s - WARM_UP * total_s < max(LEAST_RUN_S, LEAST_RUN * total_s):
        return found
    level_mib = sum(rss for _, rss in memory) / len(memory) / 1024
    bound = memory_bound(run, level_mib)
    grown, opened = slope(memory), slope(descriptors)
    found.rss_mib = round(level_mib, 1)
    found.rss_kib_per_min, found.rss_error, found.rss_bound, found.memory = *_rounded(grown), round(bound, 1), grown.growth(bound)
    found.descriptors = round(sum(count for _, count in descriptors) / len(descriptors), 1)
    found.descriptors_per_min, found.descriptors_error = _rounded(opened)
    found.descriptor_growth = opened.growth(DESCRIPTORS_A_MINUTE)
    return found


def memory_bound(run: Run, level_mib: float) -> float:
    """Return how many KiB a minute a process may grow: a day must not bring it from its level to its limit."""
    if run.limit_mib is None:
        room_mib = STORE_A_DAY_MIB if run.name == "store" else BROKER_A_DAY_MIB
    else:
        room_mib = max(0.0, run.limit_mib - level_mib)
    return 1024 * room_mib / _DAY_MIN


def _rounded(one: Slope) -> tuple[float, float]:
    return round(one.per_minute, 3), round(one.error, 3)


def wrongs_of_process(one: ProcessReport, *, judged: bool) -> list[str]:
    """Return what was wrong with a process; a soak that is too short to judge growth says nothing about it."""
    found = [f"{one.name} ended {one.restarts} times by itself"] if one.restarts else []
    if one.limit_mib is not None and one.peak_mib > one.limit_mib:
        found.append(f"{one.name} reached {one.peak_mib:.0f} MiB; the limit is {one.limit_mib:.0f}")
    if not judged:
        return found
    if one.memory is None:
        return [*found, f"the last run of {one.name} is too short to be judged: {one.run_min} min"]
    if one.memory != "flat":
        found.append(f"the memory of {one.name}: {one.memory}, {one.rss_kib_per_min} ± {one.rss_error} KiB/min, bound {one.rss_bound}")
    if one.descriptor_growth != "flat":
        found.append(
            f"the descriptors of {one.name}: {one.descriptor_growth}, {one.descriptors_per_min} ± {one.descriptors_error} a minute"
        )
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


def wrongs_of_delays(undisturbed_s: Mapping[str, float]) -> list[str]:
    """Return which operators waited too long while no fault was the reason."""
    return [
        f"{operator} waited {delay_s:.1f} s for a receipt without a fault"
        for operator, delay_s in undisturbed_s.items()
        if delay_s > DELAY_S
    ]
