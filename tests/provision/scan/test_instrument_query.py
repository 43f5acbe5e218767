import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from gateway.fieldbus.wire.serial_port import SerialSettings, SerialWire
from gateway.model.profile import Profile
from gateway.provision.scan.instrument_query import query_instruments
from gateway.simulate.devices.instruments import Instrument, Sds011, Ws600, Wxt536
from gateway.simulate.devices.pty import Pty
from tests.provision.products import LIBRARY
from tests.provision.units import TunedPty

SLOW, FAST = SerialSettings(9600, 8, "N", 1), SerialSettings(19200, 8, "N", 1)


@asynccontextmanager
async def playing(make: Callable[[Pty], Instrument]) -> AsyncIterator[TunedPty]:
    pty = TunedPty(9600)
    running = asyncio.create_task(make(pty).run())
    try:
        yield pty
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        pty.close()


def products(*names: str) -> list[Profile]:
    return [LIBRARY.get(name) for name in names]


async def asked(make: Callable[[Pty], Instrument], settings: SerialSettings, *names: str) -> list[str] | None:
    async with playing(make) as pty:
        found = await query_instruments(SerialWire(pty.path, settings), products(*names), settings)
    return None if found is None else [one.profile for one in found.identification.candidates]


async def test_a_text_instrument_answers_its_query() -> None:
    assert await asked(Wxt536, FAST, "omnipresense_ops243", "vaisala_wxt536") == ["vaisala_wxt536"]


async def test_an_instrument_with_binary_frames_answers_its_query() -> None:
    assert await asked(Sds011, SLOW, "nova_sds011") == ["nova_sds011"]


async def test_a_station_answers_its_umb_query() -> None:
    assert await asked(Ws600, FAST, "lufft_ws600_umb") == ["lufft_ws600_umb"]


async def test_nobody_answers_anothers_query() -> None:
    assert await asked(Sds011, SLOW, "hydreon_rg15", "gtt_canoga_c900") is None


class Recording(Instrument):
    """An instrument that answers nothing and records what it is sent."""

    def __init__(self, pty: Pty) -> None:
        super().__init__(pty)
        self.heard = b""

    def answer(self) -> bytes | None:
        self.heard += self._buffer
        self._buffer = b""
        return None


async def test_the_query_alone_is_sent_and_never_the_setup() -> None:
    made: list[Recording] = []

    def make(pty: Pty) -> Recording:
        made.append(Recording(pty))
        return made[0]

    assert LIBRARY.get("vaisala_wxt536").text is not None
    assert await asked(make, FAST, "vaisala_wxt536") is None
    assert made[0].heard == b"0r0\r\n"


async def test_a_device_that_sends_for_ever_does_not_hold_up_the_scan() -> None:
    pty = TunedPty(9600)

    async def flood() -> None:
        while True:
            pty.burst(bytes(500))
            await asyncio.sleep(0.01)

    flooding = asyncio.create_task(flood())
    assert await asyncio.wait_for(query_instruments(SerialWire(pty.path, SLOW), products("hydreon_rg15"), SLOW), 30) is None
    flooding.cancel()
    pty.close()
