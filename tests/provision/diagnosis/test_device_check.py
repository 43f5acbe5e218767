"""A device's values are read as they are stored, and judged."""

from gateway.fieldbus.binding.binder import bind
from gateway.host import clock
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.provision.diagnosis.cause import CauseKind
from gateway.provision.diagnosis.device_check import DeviceValues, judge_values, read_device
from tests.provision.faults.meters import Hookup, meter, swap_words
from tests.provision.products import LIBRARY
from tests.provision.units import Unit, tcp_units


async def values_of(unit: Unit, **keys: object) -> tuple[DeviceValues, list[CauseKind]]:
    settings = DeviceSettings(id="meter", profile="eastron_sdm630", unit=unit.number, **keys)  # type: ignore[arg-type]
    device = bind(settings, LIBRARY.get("eastron_sdm630"), {})
    async with tcp_units([unit]) as (host, port):
        values = await read_device(LineSettings(id="line", tcp=f"{host}:{port}", devices=[settings]), device, clock.now_ms)
    return values, [one.kind for one in judge_values(values, device, None)]


async def test_values_are_shown_in_canonical_units_and_nothing_is_wrong_with_a_good_meter() -> None:
    values, causes = await values_of(meter(3, "eastron_sdm630"))
    assert causes == []
    assert values.answered
    voltage = next(one for one in values.live if one.field == "voltage_l1")
    assert (voltage.unit, voltage.quality, round(float(voltage.value or 0), 1)) == ("V", "Good", 231.4)


async def test_swapped_words_are_named_and_the_values_that_follow_from_them_are_not() -> None:
    _, causes = await values_of(swap_words(meter(3, "eastron_sdm630")))
    assert causes == [CauseKind.WORD_ORDER]


async def test_transformers_that_the_site_file_declares_as_reversed_are_right() -> None:
    unit = meter(3, "eastron_sdm630", Hookup(signs=(-1, -1, -1)))
    assert CauseKind.ALL_CTS_TURNED in (await values_of(unit))[1]
    assert (await values_of(unit, reversed=True))[1] == []
