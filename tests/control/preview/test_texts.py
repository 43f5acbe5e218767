"""Words in both languages."""

from datetime import date, timedelta

from gateway.control.preview.texts import change_in_words, duration, lamps_in_words, long_date, number, short_month


def test_dates_and_numbers_are_written_as_the_language_does() -> None:
    assert (long_date(date(2027, 3, 28), "en"), long_date(date(2027, 3, 28), "it")) == ("Sunday, 28 March 2027", "domenica 28 marzo 2027")
    assert (number(1234.5, 1, "en"), number(1234.5, 1, "it")) == ("1,234.5", "1.234,5")
    assert (short_month(1, "en"), short_month(1, "it")) == ("Jan", "gen")


def test_durations_are_hours_and_minutes() -> None:
    assert (duration(11.99), duration(11.999), duration(0.5)) == ("11 h 59 min", "12 h 00 min", "0 h 30 min")


def test_a_change_of_the_clock_is_said() -> None:
    assert change_in_words(timedelta(), "en") is None
    assert change_in_words(timedelta(hours=1), "en") == "clocks go forward by 60 min"
    assert change_in_words(timedelta(hours=-1), "it") == "lancette indietro di 60 min"


def test_lamps_are_counted() -> None:
    assert [lamps_in_words(count, "en") for count in (1, 2)] == ["1 lamp", "2 lamps"]
    assert [lamps_in_words(count, "it") for count in (1, 2)] == ["1 lampada", "2 lampade"]
