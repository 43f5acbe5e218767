"""One soak: run the rig under its schedule, drain it, and judge."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path

from gateway.model.topics import GatewayId
from tests.hostile.outcome import DELAY_S
from tests.soak.events import Script, choice
from tests.soak.ledger import VALUES, Tally
from tests.soak.long_lived import LongLived
from tests.soak.observer import EVERY_S, BrokerHolds, Wait, by_attack, during, under_way, undisturbed
from tests.soak.rig import GATEWAYS, NAMES, Rig, running
from tests.soak.schedule import Event, schedule, with_pauses
from tests.soak.trace import Traces
from tests.soak.verdict import Calm, Outcome, Run, report, wrongs_of_broker, wrongs_of_delays, wrongs_of_process, wrongs_of_readings

JUDGED_FROM_MIN = 10.0
"""A shorter soak says nothing about growth."""

SHARED = 1 / 3
"""In this share of a soak that judges growth faults strike all: they end processes, and cut a worker off its store. Then comes the last run of
each process, and whoever waits long has no fault to blame.
"""

LATE_S = 5.0
"""Events that are later than planned by so much may still begin at the end."""

QUEUED_S = 0.5
"""Shorter waits for a processor explain nothing."""

LOOK_S = 1.0
"""Processes are sampled so often."""

_DRAIN_S = 300.0
_HEALTHY_S = 30.0

Say = Callable[[str], None]


async def soak(folder: Path, minutes: float, seed: int, devices: int, store: str, say: Say, only: Collection[str] = ()) -> Outcome:
    """Run a soak in an empty folder, with all faults and attacks or only some."""
    judged = minutes >= JUDGED_FROM_MIN
    events = schedule(seed, 60 * minutes, choice(only), SHARED * 60 * minutes if judged else None)
    events, pauses = with_pauses(events, 60 * minutes) if judged else (events, [])
    total_s = pauses[-1].to_s if pauses else 60 * minutes
    async with running(folder, store, devices) as rig:
        say(f"{devices} devices, {len(rig.processes)} processes, {len(events)} events")
        script = Script(rig, pauses, say)
        await _run(rig, script, events, total_s, say)
        served, begun_s = rig.street.served, time.monotonic()
        runs = [_run_of(one, script) for one in rig.processes.values()]
        say("the faults and attacks are over; draining")
        wrong = script.wrong + await rig.drain(_DRAIN_S)
        drained_s = time.monotonic() - begun_s
        wrong += await _unhealthy(rig)
        say("comparing what is stored with what was served")
        tallies = await asyncio.to_thread(rig.compared)
        waits = rig.observer.waits()
        await asyncio.sleep(max(0.0, begun_s + drained_s + 2 * EVERY_S - time.monotonic()))
        holds = rig.observer.broker_holds()
        wrong += await asyncio.to_thread(rig.stop)
        wrong += [f"last words of {one.name}: {'; '.join(one.last_words)}" for one in rig.processes.values() if one.last_words]
    outcome = _outcome(minutes, seed, devices, store, script, tallies, waits)
    outcome.late = _stories(rig, script, undisturbed(waits, script.disturbances))
    (folder / "late.txt").write_text("\n".join(_stories(rig, script, waits)))
    outcome.drained_s, outcome.values_per_s = round(drained_s, 1), round(served * (1 + VALUES) / total_s, 1)
    outcome.processes = [report(run, 60 * minutes) for run in runs]
    wrong += wrongs_of_readings(
        {one.operator: tally for one, tally in tallies.items()}, {one.operator: rig.processes[NAMES[one]].ended for one in GATEWAYS}
    )
    outcome.broker_holds = holds
    wrong += wrongs_of_broker(holds)
    wrong += wrongs_of_delays(outcome.undisturbed_delay_s)
    wrong += [what for one in outcome.processes for what in wrongs_of_process(one, judged=judged)]
    outcome.wrong, outcome.held = wrong, not wrong
    return outcome


async def _run(rig: Rig, script: Script, events: list[Event], total_s: float, say: Say) -> None:
    faults, attacks = ([event for event in events if event.kind == kind] for kind in ("fault", "attack"))
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(_watch(rig, script, say))
        both = [group.create_task(script.run(one, total_s + LATE_S)) for one in (faults, attacks)]
        await asyncio.sleep(total_s)
        for task in both:
            await task
        watching.cancel()


async def _watch(rig: Rig, script: Script, say: Say) -> None:
    """Sample every process regularly, and say now and then how it goes."""
    last_s = time.monotonic()
    while True:
        await asyncio.sleep(LOOK_S)
        await asyncio.to_thread(rig.look, script.pause)
        if time.monotonic() - last_s > 30:
            last_s = time.monotonic()
            sizes = ", ".join(
                f"{one.name} {one.samples[-1].held_kib >> 10}/{one.samples[-1].descriptors}"
                for one in rig.processes.values()
                if one.samples
            )
            say(f"{rig.street.served} polls; MiB/descriptors: {sizes}; {rig.observer.broker_holds()}")


async def _unhealthy(rig: Rig) -> list[str]:
    """Return which processes do not become healthy again."""
    until_s = time.monotonic() + _HEALTHY_S
    while ill := [name for name, health in rig.health.items() if not await asyncio.to_thread(health.look)]:
        if time.monotonic() > until_s:
            return [f"/health of {name} is not ok though nothing is wrong any more" for name in ill]
        await asyncio.sleep(1.0)
    return []


def _run_of(one: LongLived, script: Script) -> Run:
    samples = [Calm(sample.pause, sample.t_s, sample.held_kib, sample.descriptors) for sample in one.samples if sample.pause is not None]
    peak = one.peak
    attacks = under_way(peak.at_ms - round(1000 * LOOK_S), peak.at_ms, script.attacked)
    return Run(one.name, one.program, samples, time.monotonic() - one.since_s, peak.mib, attacks, one.limit_mib, one.ended, one.restarts)


def _stories(rig: Rig, script: Script, waits: list[Wait]) -> list[str]:
    """Return what happened to each batch that waited too long, and which processes waited for a processor meanwhile."""
    late, traces = sorted((one for one in waits if one.seconds > DELAY_S), key=lambda one: one.from_ms), Traces(rig.folder)
    return [
        f"{time.strftime('%H:%M:%S', time.localtime(one.from_ms / 1000))} {one.gateway.operator} {one.seq}: {one.seconds:.1f} s during "
        f"{', '.join(during(one, script.attacked)) or 'no attack'}: {traces.story(one.number, one.from_ms)}; waited for a processor: "
        + (", ".join(f"{name} {s:.1f} s" for name, s in _queued(rig, one).items()) or "none")
        for one in late
    ]


def _queued(rig: Rig, wait: Wait) -> dict[str, float]:
    found = {name: process.queued_s(wait.from_ms, wait.to_ms) for name, process in rig.processes.items()}
    return {name: seconds for name, seconds in found.items() if seconds > QUEUED_S}


def _outcome(
    minutes: float, seed: int, devices: int, store: str, script: Script, tallies: dict[GatewayId, Tally], waits: list[Wait]
) -> Outcome:
    sums = Tally()
    for tally in tallies.values():
        sums = sums.plus(tally)
    calm = undisturbed(waits, script.disturbances)
    counted = {kind: Counter(event.name for event in script.injected if event.kind == kind) for kind in ("fault", "attack")}
    return Outcome(
        False, [], minutes, seed, store, devices, sums.served, sums.served * (1 + VALUES), 0.0, sums.lost, sums.doubled, sums.misdated, sums.wrong,
        {one.operator: tally.in_gaps for one, tally in tallies.items()}, 0.0, dict(counted["fault"]), dict(counted["attack"]), script.failed,
        _greatest(waits), _greatest(calm), {one.operator: sum(wait.gateway == one for wait in calm) for one in GATEWAYS}, by_attack(calm, script.attacked), [], BrokerHolds(0, 0, 0), [],
    )  # fmt: skip


def _greatest(waits: list[Wait]) -> dict[str, float]:
    """Return the greatest delay of each operator."""
    return {one.operator: round(max((wait.seconds for wait in waits if wait.gateway == one), default=0.0), 2) for one in GATEWAYS}
