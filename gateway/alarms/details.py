"""What is said about the condition of an alarm, such as what was measured, in English and Italian. Pure."""

from collections.abc import Mapping

from gateway.model.canonical import MEASUREMENTS
from gateway.model.messages import AlarmText
from gateway.model.quality import MEANINGS, MEANINGS_IT, Quality
from gateway.model.units import SYMBOLS

NO_DETAIL = AlarmText("", "")

_LONGEST = 200

_COUNTED = {
    "backlog_batches": AlarmText("batches", "lotti"),
    "certificate_days": AlarmText("days", "giorni"),
    "lost_parts": AlarmText("times ten minutes", "volte dieci minuti"),
}
"""What a field counts, where its unit does not say it."""

_NAMES = {
    "pm10": AlarmText("PM10", "PM10"),
    "pm25": AlarmText("PM2.5", "PM2.5"),
    "no2": AlarmText("NO₂", "NO₂"),
    "o3": AlarmText("O₃", "O₃"),
    "co2": AlarmText("CO₂", "CO₂"),
    "laeq": AlarmText("LAeq", "LAeq"),
    "las": AlarmText("LAS", "LAS"),
    "air_temperature": AlarmText("air temperature", "temperatura dell'aria"),
    "relative_humidity": AlarmText("relative humidity", "umidità relativa"),
    "station_pressure": AlarmText("station pressure", "pressione in stazione"),
}
"""How fields are called by people; others have their own name."""


def plain(text: str) -> AlarmText:
    """Return a text that is the same in both languages, such as the name of a device."""
    return AlarmText(text[:_LONGEST], text[:_LONGEST])


def both(english: str, italian: str) -> AlarmText:
    """Return a text in English and Italian, of bounded length."""
    return AlarmText(english[:_LONGEST], italian[:_LONGEST])


def number_text(value: float, decimals: int = 0) -> AlarmText:
    """Return a number, in Italian with a decimal comma."""
    english = f"{value:.{decimals}f}"
    return AlarmText(english, english.replace(".", ","))


def measured(measurement: str, field: str, value: float, decimals: int = 0) -> AlarmText:
    """Return a value of a field with its unit."""
    number = number_text(value, decimals)
    unit = MEASUREMENTS[measurement][field].unit or ""
    symbol = SYMBOLS.get(unit, unit)
    counted = _COUNTED.get(field, plain(symbol))
    return both(f"{number.en} {counted.en}".rstrip(), f"{number.it} {counted.it}".rstrip())


def constant_value(measurement: str, field: str, value: float) -> AlarmText:
    """Return a value that does not change, with the name of its field."""
    name = _NAMES.get(field, plain(field))
    shown = measured(measurement, field, value, 0 if value == round(value) else 1)
    return both(f"{name.en} {shown.en}", f"{name.it} {shown.it}")


def bad_device(device: str, quality: str) -> AlarmText:
    """Return which device has a value of bad quality, and what that quality means."""
    meaning = _meaning(quality)
    return both(f"{device}: {meaning.en}", f"{device}: {meaning.it}") if quality else plain(device)


def bad_fields(qualities: Mapping[str, str]) -> AlarmText:
    """Return what the qualities of fields mean."""
    meanings = [(_NAMES.get(field, plain(field)), _meaning(quality)) for field, quality in qualities.items()]
    return both(
        "; ".join(f"{name.en}: {meaning.en}" for name, meaning in meanings),
        "; ".join(f"{name.it}: {meaning.it}" for name, meaning in meanings),
    )


def _meaning(quality: str) -> AlarmText:
    known = Quality.__members__.get(quality)
    return plain(quality) if known is None else AlarmText(MEANINGS[known], MEANINGS_IT[known])
