"""The faults by name. Each is really injected into a running rig, at random moments that are uniform over the cycle of a flush."""

import asyncio
from collections.abc import Callable

from tests.faults.centre import part_is_refused, repeated_and_reordered, second_ingest, store_fails, store_forgets, topic_refused
from tests.faults.clocks import clock_step_faults, clock_steps, no_clock_at_boot, time_of_the_centre
from tests.faults.clones import cloned_gateway
from tests.faults.disks import deleted_journal, disk_full, read_only, rotten_card, torn_wal, within_a_write
from tests.faults.links import half_open, lossy_link, network_cut, no_acknowledgements, slow_link
from tests.faults.rig import READS, Fault, Rig
from tests.faults.upgrades import two_versions, upgrade
from tests.system.servers import Process


def _killed(part: Callable[[Rig], tuple[Process, Callable[[], None]]], *, up_s: tuple[float, float], down_s: float) -> Fault:
    """Return the fault that kills one process with SIGKILL at any moment, and starts it again."""

    async def fault(rig: Rig, trials: int) -> None:
        for _ in range(trials):
            await rig.pause(*up_s)
            process, again = part(rig)
            process.kill_9()
            await rig.pause(0, down_s)
            await asyncio.to_thread(again)

    return fault


async def _gateway_killed(rig: Rig, trials: int) -> None:
    """The gateway is killed with SIGKILL while it reads; every third time at any moment of its start."""
    for number in range(trials):
        if number % 3:
            await asyncio.to_thread(rig.edge.wait_for, READS)
        await rig.pause(0.1, 2.0)
        rig.edge.kill_9()
        await rig.pause(0, 0.5)
        await asyncio.to_thread(rig.start_edge)


FAULTS: dict[str, Fault] = {
    "kill -9 of the gateway": _gateway_killed,
    "kill -9 of the broker": _killed(
        lambda rig: (rig.broker, rig.start_broker), up_s=(0.5, 2.0), down_s=1.0
    ),  # which has no persistence: it forgets what it acknowledged
    "kill -9 of the ingest": _killed(lambda rig: (rig.ingest, rig.start_ingest), up_s=(0.5, 2.0), down_s=1.0),
    "kill -9 of the store": _killed(lambda rig: (rig.store, rig.start_store), up_s=(0.5, 2.5), down_s=1.0),
    "kill -9 within a write of the journal": within_a_write("kill"),
    "power cut within a write of the journal": within_a_write("power"),
    "torn journal": torn_wal,
    "card that rots": rotten_card,
    "deleted journal": deleted_journal,
    "full disk": disk_full,
    "read-only disk": read_only,
    "network cut": network_cut,
    "half-open connection": half_open,
    "slow link": slow_link,
    "link that loses nine of ten packets": lossy_link,
    "broker that refuses the data": topic_refused,
    "broker without acknowledgements": no_acknowledgements,
    "slow and failing store": store_fails,
    "store that refuses a part": part_is_refused,
    "store that confirms and forgets": store_forgets,
    "repeated and reordered batches": repeated_and_reordered,
    "second ingest that is killed": second_ingest,
    "two versions of the ingest": two_versions,
    "upgrade with a full journal": upgrade,
    "cloned gateway": cloned_gateway,
    "clock set by a day": clock_steps,
    "no clock at boot": no_clock_at_boot,
    "time of the centre alone": time_of_the_centre,
    **dict(clock_step_faults()),
}

SAMPLE_OF_CLOCK_STEPS = ("clock step of 1 h while synchronised", "clock step of 1 day and never synchronised")
"""The test suite injects these; they share their code with the other steps, and tests/edge/clock/test_corrector.py makes every step."""

GATEWAY_DIES = frozenset(
    {
        "kill -9 of the gateway",
        "kill -9 within a write of the journal",
        "power cut within a write of the journal",
        "torn journal",
        "card that rots",
        "read-only disk",
    }
)
"""Faults in which readings since the last flush are lost for certain; they must be in a recorded gap."""
