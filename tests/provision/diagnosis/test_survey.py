"""A survey of a line listens, asks, and looks for what is silent; it only reads."""

from gateway.fieldbus.binding.binder import Binder
from gateway.fieldbus.line_factory import bound_devices
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.provision.diagnosis.evidence import LineEvidence
from gateway.provision.diagnosis.survey import LineSurvey, SurveyTerms
from tests.provision.products import LIBRARY, PROFILES
from tests.provision.units import WRITES, product, serial_units, tcp_units

TERMS = SurveyTerms(listen_s=0.1, reaction_s=0.3)
DEVICES = [
    DeviceSettings(id="there", profile="eastron_sdm120", unit=3),
    DeviceSettings(id="faster", profile="xy_md02", unit=4),
    DeviceSettings(id="moved", profile="carlo_gavazzi_em340", unit=5),
]


async def surveyed(line: LineSettings) -> LineEvidence:
    profiles = {one.profile: LIBRARY.get(one.profile) for one in line.devices}
    return await LineSurvey(line, bound_devices(line, Binder({}), profiles), PROFILES, TERMS).run()


async def test_silent_devices_are_found_at_other_settings_and_addresses_and_nothing_is_written() -> None:
    units = [product(3, "eastron_sdm120"), product(4, "xy_md02", 19200), product(1, "carlo_gavazzi_em340")]
    async with serial_units(units) as bus:
        seen = await surveyed(LineSettings(id="line", serial=bus.pty.path, baud=9600, devices=DEVICES))
    there, faster, moved = seen.devices
    assert there.all.answered > there.all.sent // 2
    assert faster.elsewhere is not None
    assert (faster.elsewhere.settings, faster.elsewhere.parity_only) == ("19200 8N1", False)
    assert moved.elsewhere is not None
    assert (moved.elsewhere.unit, moved.elsewhere.product) == (1, "carlo_gavazzi_em340")
    assert (seen.heard, seen.tails) == (b"", [b"", b"", b"", b""])
    assert {frame[1] for _, frame in bus.requests}.isdisjoint(WRITES)


async def test_behind_a_bridge_a_device_is_looked_for_at_other_addresses_alone() -> None:
    async with tcp_units([product(3, "eastron_sdm120"), product(1, "carlo_gavazzi_em340")]) as (host, port):
        seen = await surveyed(LineSettings(id="line", tcp=f"{host}:{port}", devices=[DEVICES[0], DEVICES[2]]))
    assert seen.devices[0].all.answered
    assert seen.devices[1].elsewhere is not None
    assert seen.devices[1].elsewhere.unit == 1
