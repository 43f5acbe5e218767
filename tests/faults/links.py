"""Faults of the network between the gateway and its broker."""

import asyncio

from tests.faults.rig import Rig
from tests.faults.under_test import UNACKNOWLEDGED_S


async def network_cut(rig: Rig, trials: int) -> None:
    """The connection to the broker breaks, and can't be made again for a while."""
    for _ in range(trials):
        await rig.pause(0.5, 2.0)
        rig.link.passes = False
        rig.link.cut()
        await rig.pause(0.1, 2.0)
        rig.link.passes = True


async def half_open(rig: Rig, trials: int) -> None:
    """The connection stays open but passes nothing in either direction; then it breaks."""
    for _ in range(trials):
        await rig.pause(0.5, 2.0)
        rig.link.passes = False
        await rig.pause(0.5, 4.0)
        rig.link.cut()
        rig.link.passes = True


async def slow_link(rig: Rig, trials: int) -> None:
    """The link passes 20 kbit/s in each direction."""
    rig.link.bytes_a_second = 2500
    await asyncio.sleep(2.0 * trials)
    rig.link.bytes_a_second = None


async def lossy_link(rig: Rig, trials: int) -> None:
    """Nine of ten packets are lost: the TCP connection stalls for seconds, and breaks now and then."""
    for _ in range(trials):
        rig.link.loss = 0.9
        await rig.pause(2.0, 4.0)
        rig.link.loss = 0.0
        await rig.pause(0.5, 1.0)
    assert rig.link.retransmitted > 2 * trials, "too few packets were lost"


async def no_acknowledgements(rig: Rig, trials: int) -> None:
    """The broker acknowledges nothing that the gateway, the ingest or both publish, on the connections of now or on later ones too; then all of it."""
    for number in range(trials):
        links = ([rig.link, rig.centre_link], [rig.link], [rig.centre_link])[number % 3]
        await rig.pause(0.5, 1.5)
        for link in links:
            link.withhold_acknowledgements(of_new_connections=rig.chance.random() < 0.5)
        await rig.pause(0.5, 2 * UNACKNOWLEDGED_S)
        if number == 0:
            for process in (rig.edge, rig.ingest):
                await asyncio.to_thread(process.wait_for, "has acknowledged nothing for")
        for link in links:
            link.acknowledge()
