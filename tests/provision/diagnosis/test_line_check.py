"""A check of a line: what is wrong with the line comes first, then what is wrong with the devices that respond."""

from gateway.fieldbus.binding.binder import Binder
from gateway.fieldbus.line_factory import bound_devices
from gateway.host import clock
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.provision.diagnosis.cause import CauseKind
from gateway.provision.diagnosis.line_check import LineVerdict, check_line
from gateway.provision.diagnosis.survey import SurveyTerms
from gateway.simulate.devices.pty import Pty
from tests.provision.faults.meters import Hookup, meter
from tests.provision.products import LIBRARY, PROFILES
from tests.provision.units import Unit, product, tcp_units


async def checked(line: LineSettings) -> LineVerdict:
    profiles = {one.profile: LIBRARY.get(one.profile) for one in line.devices}
    return await check_line(line, bound_devices(line, Binder({}), profiles), PROFILES, SurveyTerms(0.1, 0.3), clock.now_ms)


async def on_tcp(units: list[Unit], *listed: tuple[int, str]) -> LineVerdict:
    devices = [DeviceSettings(id=f"meter-{unit}", profile=profile, unit=unit) for unit, profile in listed]
    async with tcp_units(units) as (host, port):
        return await checked(LineSettings(id="line", tcp=f"{host}:{port}", devices=devices))


async def test_devices_that_respond_are_shown_with_their_values() -> None:
    verdict = await on_tcp([meter(3, "eastron_sdm630")], (3, "eastron_sdm630"))
    assert verdict.fine
    (one,) = verdict.devices
    assert one.sent == one.answered
    assert any(value.field == "voltage_l2" for value in one.values)


async def test_another_product_is_recognised_by_its_code() -> None:
    verdict = await on_tcp([product(3, "schneider_iem3155")], (3, "carlo_gavazzi_em340"))
    assert verdict.causes[0].kind is CauseKind.WRONG_PROFILE
    assert "schneider_iem3155" in verdict.causes[0].sentence.en


async def test_a_silent_device_does_not_hide_what_is_wrong_with_another() -> None:
    verdict = await on_tcp([meter(3, "eastron_sdm630", Hookup(signs=(1, -1, 1)))], (3, "eastron_sdm630"), (4, "eastron_sdm630"))
    assert {CauseKind.NO_POWER, CauseKind.CT_TURNED} <= {one.kind for one in verdict.causes}
    assert not verdict.fine


async def test_the_order_of_the_phases_alone_is_no_fault() -> None:
    verdict = await on_tcp([meter(3, "carlo_gavazzi_em340", Hookup((1, 3, 2), (1, 3, 2)))], (3, "carlo_gavazzi_em340"))
    assert [one.kind for one in verdict.causes] == [CauseKind.PHASE_ORDER]
    assert verdict.fine


async def test_an_instrument_that_sends_nothing_has_no_power() -> None:
    pty = Pty(9600)
    devices = [DeviceSettings(id="rain", profile="hydreon_rg15")]
    verdict = await checked(LineSettings(id="line", serial=pty.path, devices=devices, timeout=0.2))
    pty.close()
    assert verdict.causes[0].kind is CauseKind.NO_POWER
