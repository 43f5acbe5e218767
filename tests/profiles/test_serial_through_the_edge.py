"""Every profile that is not Modbus: an instrument made from the facts alone speaks over a pty, and what it says is what is kept."""

import asyncio
import math
import zlib
from pathlib import Path

import pytest

from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.binding.every_point import bind_every_point
from gateway.model.site import DeviceSettings, LineSettings
from gateway.simulate.devices.pty import Pty
from tests.profiles.edge import kept
from tests.profiles.instruments import INSTRUMENTS, Instrument

LIBRARY = ProfileLibrary()
SERIAL = [name for name in LIBRARY.names if LIBRARY.get(name).modbus is None]
QUIET_S = 0.02


def test_every_serial_profile_has_an_instrument() -> None:
    assert sorted(SERIAL) == sorted(INSTRUMENTS)
    assert len(SERIAL) >= 9


async def _play(instrument: Instrument, pty: Pty) -> None:
    """Answer what is asked; a question has ended when nothing more of it comes."""
    asked, reading = b"", asyncio.ensure_future(pty.read())
    try:
        while True:
            # Not cancelled when it is late: what it has begun to read would be lost.
            await asyncio.wait((reading,), timeout=QUIET_S if asked else None)
            if reading.done():
                asked, reading = asked + reading.result(), asyncio.ensure_future(pty.read())
                continue
            # Set-up may stand before the first question: the longest end of what came that is a question counts.
            for start in range(len(asked)):
                said = instrument.answer(asked[start:])
                if said is not None:
                    await pty.send(said)
                    break
            asked = b""
    finally:
        reading.cancel()


async def _stream(instrument: Instrument, pty: Pty) -> None:
    said = instrument.answer(b"")
    while True:
        await pty.send(said or b"")
        await asyncio.sleep(instrument.every_s)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", SERIAL)
async def test_what_an_instrument_says_is_what_is_kept(name: str, seed: int, tmp_path: Path) -> None:
    profile = LIBRARY.get(name)
    instrument = INSTRUMENTS[name](zlib.crc32(name.encode()) + seed)
    pty = Pty(max(profile.serial.baud, 9600))
    playing = asyncio.create_task((_stream if instrument.streams else _play)(instrument, pty))
    channels = {"imagesensing_rtms_g4": [0, 1, 2], "wavetronix_smartsensor_hd": [0, 1], "atxled_dali_hat": [0, 1, 4, 63],
                "lunatone_dali_sci_rs232": [0, 1, 63]}.get(name)  # fmt: skip
    device = bind_every_point(profile, channels=channels)
    line = LineSettings(id="l", serial=pty.path, timeout=1.0, devices=[DeviceSettings(id="d", profile=name)])
    try:
        found = await kept(device, line, tmp_path)
    finally:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        pty.close()
    assert instrument.told
    for (point, channel), value in instrument.told.items():
        got = found[point, channel][0]
        if isinstance(value, float) and isinstance(got, int | float):
            assert math.isclose(got, value, rel_tol=2e-7, abs_tol=5e-4 if profile.point(point).collect == "mean" else 0), (point, channel)
        else:
            assert got == value, (point, channel)
