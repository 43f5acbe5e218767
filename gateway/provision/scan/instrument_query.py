"""Sends instruments that do not speak Modbus the query of their profile, which reads values and changes nothing."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from gateway.fieldbus.binding.every_point import bind_every_point, channel_count
from gateway.fieldbus.dialects.factory import dialect_of
from gateway.fieldbus.wire.port import Wire, WireError
from gateway.fieldbus.wire.serial_port import SerialSettings
from gateway.model.profile import Profile
from gateway.provision.findings import Found
from gateway.provision.scan.listening import instrument
from gateway.provision.scan.plan import QUERY_S
from gateway.provision.scan.traffic import messages_in

_SETTLED_S = 0.15
"""An answer is complete when nothing more arrives for so long."""

_LONGEST_S = 2.0
_MOST_BYTES = 4096


async def query_instruments(wire: Wire, profiles: Sequence[Profile], settings: SerialSettings | None) -> Found | None:
    """Send each query once, and return the first instrument that answers; the setup of a profile is never sent.

    Raises:
        WireError: the wire can't be opened, or failed.
    """
    received = bytearray()
    arrived = asyncio.Event()
    lost: list[str] = []

    def accept(data: bytes) -> None:
        received.extend(data[: _MOST_BYTES - len(received)])
        arrived.set()

    def fail(reason: str) -> None:
        lost.append(reason)
        arrived.set()

    await wire.open(accept, fail)
    try:
        for query, products in _by_query(profiles).items():
            received.clear()
            wire.write(query)
            await _settled(arrived)
            if lost:
                raise WireError(lost[0])
            counts = {one.profile: messages_in(bytes(received), one) for one in products}
            best = max(counts.values())
            if best:
                return instrument([one for one in products if counts[one.profile] == best], settings, by_itself=False)
    finally:
        wire.close()
    return None


def _by_query(profiles: Sequence[Profile]) -> dict[bytes, list[Profile]]:
    """Return the products that are asked with each query."""
    found: defaultdict[bytes, list[Profile]] = defaultdict(list)
    for profile in profiles:
        queries = dialect_of(bind_every_point(profile, channels=range(min(1, channel_count(profile))))).queries
        if queries:
            found[queries[0].data].append(profile)
    return found


async def _settled(arrived: asyncio.Event) -> None:
    """Wait for an answer, and until nothing more of it arrives, or for too long: a device may send for ever."""
    loop = asyncio.get_running_loop()
    ends_s, within_s = loop.time() + _LONGEST_S, QUERY_S
    try:
        while loop.time() < ends_s:
            arrived.clear()
            async with asyncio.timeout(within_s):
                await arrived.wait()
            within_s = _SETTLED_S
    except TimeoutError:
        return
