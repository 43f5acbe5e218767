"""The picture of a year."""

from collections.abc import Sequence
from datetime import date
from xml.etree import ElementTree as ET

from gateway.analytics.sun import Interval
from gateway.control.preview.forecast import forecast
from gateway.control.preview.night import dusk_of
from gateway.control.preview.year_picture import YearPicture
from gateway.control.settings import LampGroup
from tests.control.preview.groups import ROADSIDE, STREET
from tests.control.streets import PRATO, ROME, timetable


def drawn(days: int = 365, groups: Sequence[LampGroup] = (STREET,)) -> str:
    table = timetable()
    found = [forecast(one, table, date(2027, 1, 1), days) for one in groups]
    nights = found[0].nights
    dark = dusk_of(Interval(nights[0].span.from_ms, nights[-1].span.to_ms), PRATO.position).below_horizon
    return YearPicture("prato", found, dark, ROME, "en").svg()


def test_a_year_has_months_hours_levels_and_figures() -> None:
    svg = drawn()
    found = [one.text or "" for one in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert found[0] == "prato · 2027"
    assert found[1:3] == ["60 %", "100 %"]
    assert [one for one in found if len(one) == 3 and one.isalpha()] == [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]  # fmt: skip
    assert found.count("20:00") == 1
    assert len(svg) < 150_000


def test_each_night_is_a_column_of_each_level() -> None:
    root = ET.fromstring(drawn(14, (STREET, ROADSIDE)))
    areas = [one.attrib["d"].count("M") for one in root.iter("{http://www.w3.org/2000/svg}path") if one.attrib["class"] == "glow"]
    # Of two weeks, eight nights are dimmed (with one step at 60 % and two at 100 %), six are full; and so at the road, to 90 %.
    assert areas == [8, 22, 8, 22]
