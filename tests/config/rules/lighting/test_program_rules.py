"""Programs that say what can't be."""

from pathlib import Path

import pytest

from tests.config.rules.lighting.lit_sites import LIT
from tests.config.sites import problems_of

PERIOD = "{photocell: cell, before_sunset: 30min}"


@pytest.mark.parametrize(
    ("old", "new", "place", "sentence"),
    [
        (PERIOD, '{begin: "18:00"}', (9, 17), "a period by the clock has 'begin' and 'end'; write both, or neither"),
        (PERIOD, "{before_sunrise: 30min}", (9, 34), "'before_sunrise' has no effect without 'photocell'; add it"),
        (PERIOD, "{photocell: cell}", (9, 29), "the photocell has no effect; add 'before_sunset' or 'before_sunrise'"),
        (PERIOD, "{photocell: cell, before_sunset: -5min}", (9, 50), "a negative time makes no sense here; remove the sign"),
        (
            PERIOD,
            '{begin: "18:00", end: "23:00", sunset_offset: 5min}',
            (9, 63),
            "'sunset_offset' has no effect on a period by the clock; remove it",
        ),
        ("05:00", "23:00", (12, 11), "another level begins at the same time; remove one of them"),
        ("05:00", "25:00", (12, 16), "'25:00' is not a time of the day"),
        ("sensor: pir, level: 100", 'sensor: pir, begin: "23:00"', (14, 17), "an effect by the clock has 'begin' and 'end'"),
        (
            "sensor: pir, level: 100",
            "sensor: pir, ramp: 5s",
            (14, 17),
            "an effect without 'level' has no ramp; remove 'ramp' and 'ramp_back'",
        ),
        ("sensor: pir, level: 100", "sensor: pir, levle: 100", (14, 31), "unknown key 'levle'; did you mean 'level'?"),
        (f"[{PERIOD}]", "[" + ", ".join(["{}"] * 9) + "]", (9, 16), "'periods' has more than 8 items; divide the program"),
    ],
)
def test_a_problem_has_its_place_and_its_remedy(old: str, new: str, place: tuple[int, int], sentence: str, tmp_path: Path) -> None:
    found = problems_of(LIT.replace(old, new), tmp_path)
    assert any((line, column) == place and sentence in said for line, column, said in found), found
