"""What is said about the condition of an alarm, in English and Italian."""

import pytest

from gateway.alarms.catalogue import LIMITS, VARYING
from gateway.alarms.details import bad_device, bad_fields, both, constant_value, measured, number_text, plain
from gateway.model.messages import AlarmText
from gateway.model.quality import Quality


@pytest.mark.parametrize(
    ("field", "value", "english", "italian"),
    [
        (("air_quality", "no2"), 215.4, "215 µg/m³", "215 µg/m³"),
        (("noise", "laeq"), 66.0, "66 dB(A)", "66 dB(A)"),
        (("gateway", "backlog_batches"), 150.0, "150 batches", "150 lotti"),
        (("gateway", "certificate_days"), 9.0, "9 days", "9 giorni"),
        (("gateway", "disk_free"), 4.0, "4 %", "4 %"),
        (("worker", "dead_letters"), 3.0, "3", "3"),
        (("worker", "lost_parts"), 3.0, "3 times ten minutes", "3 volte dieci minuti"),
    ],
)
def test_what_was_measured_has_its_unit(field: tuple[str, str], value: float, english: str, italian: str) -> None:
    assert measured(*field, value) == AlarmText(english, italian)


def test_every_limit_can_be_said() -> None:
    for limit in LIMITS:
        assert measured(limit.measurement, limit.field, limit.raise_at).en.startswith(f"{limit.raise_at:.0f}")


def test_a_number_in_italian_has_a_decimal_comma() -> None:
    assert number_text(97.46, 1) == AlarmText("97.5", "97,5")
    assert constant_value("air_quality", "pm25", 23.44) == AlarmText("PM2.5 23.4 µg/m³", "PM2.5 23,4 µg/m³")


def test_fields_of_sensors_that_are_stuck_have_names_that_people_use() -> None:
    assert constant_value("weather", "air_temperature", 12.0) == AlarmText("air temperature 12 °C", "temperatura dell'aria 12 °C")
    assert not any("_" in constant_value(measurement, field, 1.0).it for measurement, field in VARYING)


def test_a_quality_is_said_in_words() -> None:
    found = bad_device("d-1", "BadNoCommunication")
    assert found == AlarmText("d-1: the device does not respond", "d-1: il dispositivo non risponde")
    both_bad = bad_fields({"pm10": "BadOutOfRange", "active_power": "BadSensorFailure"})
    assert both_bad.it == (
        "PM10: il valore è fuori dai limiti del profilo o del sito; active_power: il dispositivo segnala che il sensore è guasto"
    )


@pytest.mark.parametrize("quality", [one.name for one in Quality])
def test_every_quality_has_words_in_both_languages(quality: str) -> None:
    found = bad_device("d", quality)
    assert quality not in found.en + found.it
    assert found.en != found.it


def test_a_quality_without_words_is_said_as_it_is() -> None:
    assert bad_device("d-1", "0x80BB0000") == plain("d-1: 0x80BB0000")
    assert bad_device("d-1", "") == plain("d-1")


def test_texts_that_come_from_devices_are_bounded() -> None:
    long = "x" * 1000
    assert len(plain(long).en) == len(both(long, long).it) == len(bad_fields({long: "BadTimeout"}).it) == 200
