"""The words of previews, in English and Italian."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal

TextLanguage = Literal["en", "it"]

_MONTHS: Mapping[TextLanguage, str] = MappingProxyType(
    {
        "en": "January February March April May June July August September October November December",
        "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    }
)
_DAYS: Mapping[TextLanguage, str] = MappingProxyType(
    {
        "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    }
)


def long_date(day: date, language: TextLanguage) -> str:
    """Return a date in words: `Sunday, 28 March 2027`."""
    weekday, month = _DAYS[language].split()[day.weekday()], _MONTHS[language].split()[day.month - 1]
    return f"{weekday}{',' if language == 'en' else ''} {day.day} {month} {day.year}"


def short_month(month: int, language: TextLanguage) -> str:
    """Return the first letters of a month."""
    return _MONTHS[language].split()[month - 1][:3]


def number(value: float, decimals: int, language: TextLanguage) -> str:
    """Return a number as the language writes it."""
    text = f"{value:,.{decimals}f}"
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))


def lamps_in_words(count: int, language: TextLanguage) -> str:
    """Return a number of lamps: `1 lamp`, `12 lamps`."""
    singular, plural = ("lamp", "lamps") if language == "en" else ("lampada", "lampade")
    return f"{count} {singular if count == 1 else plural}"


def duration(hours: float) -> str:
    """Return hours and minutes."""
    minutes = round(60 * hours)
    return f"{minutes // 60} h {minutes % 60:02} min"


def change_in_words(change: timedelta, language: TextLanguage) -> str | None:
    """Return that the clock is put forward or back, or None."""
    if not change:
        return None
    minutes = abs(round(change.total_seconds() / 60))
    if language == "it":
        return f"lancette {'avanti' if change > timedelta() else 'indietro'} di {minutes} min"
    return f"clocks go {'forward' if change > timedelta() else 'back'} by {minutes} min"
