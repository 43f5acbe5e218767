"""Listens on a serial port before anything is sent on it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from gateway.fieldbus.wire.port import SettingsError, Wire, WireError
from gateway.fieldbus.wire.serial_port import SerialSettings
from gateway.model.profile import Profile
from gateway.provision.findings import Candidate, Found, Identification, Obstacle, Sentence
from gateway.provision.scan.plan import settings_text
from gateway.provision.scan.traffic import is_master, obstacle, senders

Hear = Callable[[SerialSettings | None, float], Awaitable[bytes]]
"""Listens at settings for so many seconds, and returns what was received."""

_MOST_BYTES = 4096
"""More is not needed to recognise anything, and a line that is flooded must not fill the memory."""


async def hear(wire: Wire, for_s: float) -> bytes:
    """Return what is received on a wire within some time; nothing is sent.

    Raises:
        WireError: the wire can't be opened, or failed.
    """
    received = bytearray()
    lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def accept(data: bytes) -> None:
        received.extend(data[: _MOST_BYTES - len(received)])

    def fail(reason: str) -> None:
        if not lost.done():
            lost.set_result(reason)

    await wire.open(accept, fail)
    try:
        async with asyncio.timeout(for_s):
            raise WireError(await lost)
    except TimeoutError:
        return bytes(received)
    finally:
        wire.close()


async def recognise_traffic(
    hear: Hear, settings: Sequence[SerialSettings | None], profiles: Sequence[Profile], listen_s: float
) -> Found | Obstacle | None:
    """Listen at the first settings, and if anything is received, at all, until it is recognised; return None on a silent line.

    Bytes sent at any speed are noticed at every other one, so that one silence is enough.

    Raises:
        WireError: the port can't be opened, or failed.
    """
    first = await hear(settings[0], listen_s)
    if not first:
        return None
    for number, one in enumerate(settings):
        try:
            data = first if number == 0 else await hear(one, listen_s)
        except SettingsError:
            continue
        if is_master(data):
            return obstacle(data, one)
        found = senders(data, profiles, one)
        if found:
            return instrument([seen.profile for seen in found if seen.messages == found[0].messages], one, by_itself=True)
    return obstacle(first, settings[0])


def instrument(products: Sequence[Profile], settings: SerialSettings | None, *, by_itself: bool) -> Found:
    """Return an instrument without Modbus whose messages these products explain equally well."""
    reason = (
        Sentence("it sends its messages by itself", "trasmette da sé i suoi messaggi")
        if by_itself
        else Sentence("it answers the query of this product", "risponde alla richiesta di questo prodotto")
    )
    candidates = [Candidate(profile=one.profile, vendor=one.vendor, model=one.model, reasons=[reason]) for one in products]
    apart = [Sentence("the type plate: their messages have the same form", "la targhetta: i messaggi hanno la stessa forma")]
    return Found(
        unit=None,
        settings=settings_text(settings),
        how="listening" if by_itself else "query",
        identification=Identification(candidates=candidates, apart=apart if len(candidates) > 1 else []),
    )
