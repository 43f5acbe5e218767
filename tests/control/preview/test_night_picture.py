"""The picture of a night."""

import re
from collections.abc import Sequence
from datetime import date
from xml.etree import ElementTree as ET

import pytest

from gateway.control.output import Output
from gateway.control.preview.forecast import forecast
from gateway.control.preview.night import dusk_of
from gateway.control.preview.night_picture import NightPicture
from gateway.control.preview.texts import TextLanguage
from gateway.control.settings import LampGroup
from tests.control.preview.groups import ROADSIDE, STREET
from tests.control.streets import TROMSO, timetable

TABLE = timetable()


def drawn(
    day: str = "2027-03-23", groups: Sequence[LampGroup] = (STREET, ROADSIDE), language: TextLanguage = "en", table: object = TABLE
) -> str:
    found = [forecast(one, table, date.fromisoformat(day), 1) for one in groups]  # type: ignore[arg-type]
    place = table.rules.place  # type: ignore[attr-defined]
    return NightPicture("prato", found, dusk_of(found[0].nights[0].span, place.position), place.zone, language).svg()


def texts(svg: str) -> list[str]:
    return [one.text or "" for one in ET.fromstring(svg).iter() if one.tag.endswith("}text")]


def test_it_names_the_day_the_sun_and_each_group() -> None:
    found = texts(drawn())
    assert found[:2] == ["prato · Tuesday, 23 March 2027", "sunset 18:31 · sunrise 06:12"]
    assert found[2:4] == ["viale-piave", "3 lamps · 11 h 41 min · 1.70 kWh"]
    assert any(one.startswith("1 lamp · 11 h 41 min · 0.8") for one in found)


def test_it_names_levels_and_times_of_switches_that_have_room() -> None:
    found = texts(drawn(groups=[STREET]))
    assert [one for one in found if re.fullmatch("[0-9]+ %", one)] == ["100 %", "60 %"]
    assert [one for one in found if re.fullmatch("[0-9]{2}:[0-9]{2}", one)] == ["18:31", "06:12", "23:00"]


def test_it_speaks_italian() -> None:
    found = texts(drawn(language="it"))
    assert found[:2] == ["prato · martedì 23 marzo 2027", "tramonto 18:31 · alba 06:12"]
    assert any(one.startswith("1 lampada · 11 h 41 min · 0,8") for one in found)


def test_it_says_that_the_clock_changes() -> None:
    assert "clocks go back by 60 min" in texts(drawn("2027-10-30"))[1]


@pytest.mark.parametrize(("day", "said"), [("2027-12-21", "the sun does not rise"), ("2027-06-21", "the sun does not set")])
def test_it_is_drawn_in_polar_nights_and_days_too(day: str, said: str) -> None:
    assert said in texts(drawn(day, table=timetable(place=TROMSO)))[1]


def test_every_text_is_within_the_picture_and_none_is_on_another() -> None:
    """Texts of 11 to 17 units, about 0.6 units wide for each of height."""
    for day in ("2027-03-23", "2027-06-21", "2027-12-21"):
        boxes = []
        for one in ET.fromstring(drawn(day)).iter("{http://www.w3.org/2000/svg}text"):
            size = 17 if "title" in one.attrib["class"] else 11
            width = 0.56 * size * len(one.text or "")
            left = float(one.attrib["x"]) - width * {"middle": 0.5, "end": 1.0}.get(one.attrib.get("text-anchor", ""), 0.0)
            boxes.append((left, float(one.attrib["y"]) - 0.8 * size, left + width, float(one.attrib["y"])))
            assert left >= 0, one.text
            assert left + width <= 480, one.text
        for number, box in enumerate(boxes):
            for other in boxes[:number]:
                assert box[2] <= other[0] or other[2] <= box[0] or box[3] <= other[1] or other[3] <= box[1], (box, other)


def test_lamps_without_a_calendar_are_drawn() -> None:
    assert "70 %" in texts(drawn(groups=[STREET._replace(output=Output("a", default_level=70))]))
