"""The lines of a site: the readings of each device are counted, processed and recorded in its own streams."""

import asyncio
from pathlib import Path

import pytest

from gateway.config.profile_library import ProfileLibrary
from gateway.config.site_file import load_site
from gateway.edge.lines import EdgeLines
from gateway.fieldbus.derive.processor import ProcessorState
from gateway.host.device_state import DeviceState
from gateway.host.threads import OneThread
from gateway.journal.journal import Journal
from gateway.journal.recorder import Recorder
from gateway.model.batch import Clock, rows_of, unpack
from gateway.model.reading import Reading
from gateway.model.stream import decode_schema
from tests.journal.journals import LIMITS, Now
from tests.profiles.register_facts import FACTS, FactDevice

_SITE = """
site: prato
operator: citelum
gateway: gw-1
uplink: {{broker: "mqtt://127.0.0.1:9"}}
journal: {{path: {folder}/journal.sqlite}}
assets: {{panel-1: {{lat: 43.88, lon: 11.09}}}}
lines:
  - id: air
    tcp: 127.0.0.1:9
    devices:
      - {{id: first, profile: xy_md02, unit: 1, asset: panel-1}}
      - {{id: second, profile: xy_md02, unit: 2, asset: panel-1}}
  - id: meters
    tcp: 127.0.0.1:8
    devices: [{{id: meter, profile: carlo_gavazzi_em340, asset: panel-1}}]
"""


@pytest.fixture
def recorder(tmp_path: Path, thread: OneThread) -> Recorder:
    return Recorder(Journal(tmp_path / "journal.sqlite", LIMITS, Now()), thread, lambda: Clock.SYNCED)


@pytest.fixture
def thread() -> OneThread:
    return OneThread("journal")


@pytest.fixture
def lines(tmp_path: Path, recorder: Recorder) -> EdgeLines:
    (tmp_path / "site.yaml").write_text(_SITE.format(folder=tmp_path))
    site = load_site(tmp_path / "site.yaml", ProfileLibrary()).edge
    assert site is not None
    return EdgeLines(site, Now(), recorder)


async def test_the_readings_of_each_device_are_recorded_in_its_own_streams(lines: EdgeLines, recorder: Recorder) -> None:
    recorder.store_schema()
    for owner in lines.owners:
        for device in owner.devices:
            values = [len(device.id)] * len(device.streams[0].stream.fields)
            lines._process(device, [Reading(0, 1000, values, {})])
    assert await recorder.flush() == 3
    ((_, document),) = recorder._journal.schemas().items()
    streams = decode_schema(document).streams
    (entry,) = recorder._journal.waiting(0, 9)
    assert [(streams[row.stream].device, row.values[0]) for row in rows_of(unpack(entry.body))] == [
        ("first", 5),
        ("second", 6),
        ("meter", 5),
    ]
    assert [one.report(0.0)[1] for one in lines.completeness.values()] == [1, 1, 1]


async def test_the_streams_of_derived_readings_are_registered_and_the_state_of_their_device_kept(
    lines: EdgeLines, recorder: Recorder, tmp_path: Path
) -> None:
    (meter,) = lines.owners[1].devices
    derived = [stream for stream in recorder._numbers.present.streams if stream.device == "meter"][len(meter.streams) :]
    assert derived, "energy by the quarter hour"
    place = next(place for place, field in enumerate(meter.streams[0].stream.fields) if field.name == "active_energy")
    for t_ms, raw in ((900_000, 100), (1_800_000, 110), (1_801_000, 111)):
        values: list[int | None] = [None] * len(meter.streams[0].stream.fields)
        values[place] = raw
        lines._process(meter, [Reading(0, t_ms, values, {})])
    _, states = lines.device_states
    assert states.changed
    states.flush()
    kept = DeviceState(tmp_path / "devices", ProcessorState, "processor state").recall("meter")
    assert kept is not None
    assert [register.raw for register in kept.registers.at.values()] == [110]


async def test_a_wrong_profile_becomes_an_alarm(tmp_path: Path, recorder: Recorder) -> None:
    device = FactDevice(1)
    for fact in FACTS:
        if fact.profile == "eastron_sdm72dm_v2" and fact.point.startswith(("voltage_l", "current_l")):
            device.put(fact, [0x4366, 0x3333])  # 230.2 as a 32-bit float
    server, address = await device.serve()
    text = _SITE.format(folder=tmp_path).replace("127.0.0.1:8", address).replace("asset: panel-1}]", "asset: panel-1, every: 1s}]")
    (tmp_path / "site.yaml").write_text(text)
    site = load_site(tmp_path / "site.yaml", ProfileLibrary()).edge
    assert site is not None
    lines, stop = EdgeLines(site, Now(), recorder), asyncio.Event()
    recorder.store_schema()
    async with server, asyncio.timeout(60):
        line = asyncio.create_task(lines.owners[1].run(stop))
        await recorder.urgent.wait()
        stop.set()
        await line
    (stream, _, values, _) = recorder._pending.events[0]
    assert (recorder._numbers.present.streams[stream].asset, values[:2]) == ("panel-1", ["wrong_device", True])
    assert "does not look like a Carlo Gavazzi EM340 / ET340" in str(values[2])
    assert "non sembra un Carlo Gavazzi EM340 / ET340" in str(values[3])
