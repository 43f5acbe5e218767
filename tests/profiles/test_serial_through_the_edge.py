"""For every other profile, an instrument made from the facts alone: the gateway stores the values that it sends over a pty."""

import asyncio
import math
import zlib
from pathlib import Path

import pytest

from gateway.fieldbus.binding.every_point import bind_every_point
from gateway.fieldbus.dialects import driver
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.simulate.devices.pty import Pty
from tests.profiles.edge import stored_values
from tests.profiles.instruments import INSTRUMENTS, Instrument
from tests.profiles.library import LIBRARY

SERIAL = [name for name in LIBRARY.names if LIBRARY.get(name).modbus is None]
QUIET_S = 0.02


def test_every_serial_profile_has_an_instrument() -> None:
    assert sorted(SERIAL) == sorted(INSTRUMENTS)
    assert len(SERIAL) >= 9


async def _play(instrument: Instrument, pty: Pty) -> None:
    """Respond to queries; a query has ended when the line is quiet."""
    asked, reading = b"", asyncio.ensure_future(pty.read())
    try:
        while True:
            # Not cancelled at the time-out: bytes already read would be lost.
            await asyncio.wait((reading,), timeout=QUIET_S if asked else None)
            if reading.done():
                asked, reading = asked + reading.result(), asyncio.ensure_future(pty.read())
                continue
            # Setup commands may precede the first query, so the longest tail that is a query counts.
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
async def test_every_point_is_stored_with_the_value_that_the_instrument_sends(
    name: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = LIBRARY.get(name)
    if profile.channels:
        # The response is several messages; on a busy machine there may be long pauses between them.
        monkeypatch.setattr(driver, "_SETTLED_S", 1.0)
    instrument = INSTRUMENTS[name](zlib.crc32(name.encode()) + seed)
    pty = Pty(max(profile.serial.baud, 9600))
    playing = asyncio.create_task((_stream if instrument.streams else _play)(instrument, pty))
    channels = {"imagesensing_rtms_g4": [0, 1, 2], "wavetronix_smartsensor_hd": [0, 1], "atxled_dali_hat": [0, 1, 4, 63],
                "lunatone_dali_sci_rs232": [0, 1, 63]}.get(name)  # fmt: skip
    device = bind_every_point(profile, channels=channels)
    line = LineSettings(id="l", serial=pty.path, timeout=5.0, devices=[DeviceSettings(id="d", profile=name)])
    try:
        found = await stored_values(device, line, tmp_path)
    finally:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        pty.close()
    assert instrument.recorded
    for (point, channel), value in instrument.recorded.items():
        got = found[point, channel][0]
        if isinstance(value, float) and isinstance(got, int | float):
            assert math.isclose(got, value, rel_tol=2e-7, abs_tol=5e-4 if profile.point(point).collect == "mean" else 0), (point, channel)
        else:
            assert got == value, (point, channel)
