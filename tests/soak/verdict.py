"""The verdict about a soak: what must not be, in words. Pure."""

from collections.abc import Mapping, Sequence

import msgspec

from tests.hostile.outcome import DELAY_S
from tests.soak.ledger import Tally
from tests.soak.slopes import Growth, Slope, floors, slope

WARM_UP, LEAST_RUN = 0.4, 0.25
"""Shares of the whole time. In half an hour every attack comes once within the first: until then a process fills its caches to their bounds, and
finds out how much memory it needs at once. The second must be left of a run after that for it to be judged."""

AHEAD = 12
"""At its slope, no process may reach its limit within so many times the duration of the soak: six hours after half an hour. The allocator gives
memory back in pieces of some MiB, so that a soak tells no more; a longer one tells more."""

DESCRIPTORS_A_MINUTE, STORE_DESCRIPTORS_A_MINUTE = 0.1, 1.0
"""One descriptor in ten minutes: 144 a day, a seventh of the 1024 that systemd allows a service. A store opens the files of its data."""

BROKER_ROOM_MIB, STORE_ROOM_MIB = 512.0, 1024.0
"""What servers that are not ours may add in that time: the broker twice its `max_queued_bytes`; a store has an index and a cache of its data."""

LEAST_RUN_S = 120.0
"""What must be left of a run in any case, however short the soak."""

_WINDOW_S = 60.0


class Run(msgspec.Struct):
    """One process: its program, its samples since its last start (s, KiB, descriptors), taken between attacks, and what became of it."""

    name: str
    program: str
    samples: Sequence[tuple[float, float, float]]
    run_s: float
    peak_mib: float
    limit_mib: float | None
    ended: int
    restarts: int


class ProcessReport(msgspec.Struct):
    """How a process did. Slopes are per minute, with their standard errors; None if its last run is too short."""

    name: str
    program: str
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
    rss_mib_by_minute: list[float] = []


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
    found = ProcessReport(
        run.name, run.program, run.ended, run.restarts, round(run.run_s / 60, 1), round(run.peak_mib, 1), run.limit_mib, 0.0
    )
    memory, descriptors = (floors([(one[0], one[which]) for one in run.samples], _WINDOW_S) for which in (1, 2))
    found.rss_mib_by_minute = [round(kib / 1024, 1) for _, kib in memory]
    found.rss_mib = found.rss_mib_by_minute[-1] if memory else 0.0
    warm_memory, warm_descriptors = ([one for one in floor if one[0] >= WARM_UP * total_s] for floor in (memory, descriptors))
    if len(warm_memory) < 3 or run.run_s - WARM_UP * total_s < max(LEAST_RUN_S, LEAST_RUN * total_s):
        return found
    level_mib = sum(kib for _, kib in warm_memory) / len(warm_memory) / 1024
    bound = memory_bound(run, level_mib, total_s)
    grown, opened = slope(warm_memory), slope(warm_descriptors)
    found.rss_mib = round(level_mib, 1)
    found.rss_kib_per_min, found.rss_error, found.rss_bound, found.memory = *_rounded(grown), round(bound, 1), grown.growth(bound)
    found.descriptors = round(sum(count for _, count in warm_descriptors) / len(warm_descriptors), 1)
    found.descriptors_per_min, found.descriptors_error = _rounded(opened)
    found.descriptor_growth = opened.growth(STORE_DESCRIPTORS_A_MINUTE if run.program == "store" else DESCRIPTORS_A_MINUTE)
    return found


def memory_bound(run: Run, level_mib: float, total_s: float) -> float:
    """Return how many KiB a minute a process may grow, from a level that it has reached."""
    if run.limit_mib is None:
        room_mib = STORE_ROOM_MIB if run.program == "store" else BROKER_ROOM_MIB
    else:
        room_mib = max(0.0, run.limit_mib - level_mib)
    return 1024 * room_mib / (AHEAD * total_s / 60)


def _rounded(one: Slope) -> tuple[float, float]:
    return round(one.per_minute, 3), round(one.error, 3)


def wrongs_of_process(one: ProcessReport, *, judged: bool) -> list[str]:
    """Return what was wrong with a process; a soak that is too short to judge growth says nothing about it."""
    found = [f"{one.name} ended {one.restarts} times by itself"] if one.restarts else []
    if one.limit_mib is not None and one.peak_mib > one.limit_mib:
        found.append(f"{one.name} reached {one.peak_mib:.0f} MiB; the limit is {one.limit_mib:.0f}")
    if judged and one.memory == "grows":
        found.append(f"the memory of {one.name} grows, {one.rss_kib_per_min} ± {one.rss_error} KiB/min, bound {one.rss_bound}")
    if judged and one.descriptor_growth == "grows":
        found.append(f"the descriptors of {one.name} grow, {one.descriptors_per_min} ± {one.descriptors_error} a minute")
    return found


def wrongs_of_programs(processes: Sequence[ProcessReport]) -> list[str]:
    """Return which programs of ours have no process that is shown to be flat: all runs were too short, or too noisy."""
    ours = {one.program for one in processes if one.limit_mib is not None}
    flat = {one.program for one in processes if one.memory == one.descriptor_growth == "flat"}
    return [f"no run of a {program} shows that it does not grow" for program in sorted(ours - flat)]


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
