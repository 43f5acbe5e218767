"""Calendars and groups that name what there is not, and rules that never come to pass."""

from pathlib import Path

import pytest

from gateway.config.site_file import load_site
from tests.config.rules.lighting.lit_sites import LIT
from tests.config.sites import problems_of

RULE = '{first: "12-31", last: "12-31", program: night}'


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (f"- {RULE}", "- {program: nigth}", "18:21: unknown program 'nigth'; did you mean 'night'?"),
        ("default: night", "default: nite", "20:16: unknown program 'nite'; did you mean 'night'?"),
        ("calendar: streets", "calendar: street", "22:47: unknown calendar 'street'; did you mean 'streets'?"),
        ("[pl-1, pl-2]", "[pl-1, pl-9]", "22:30: unknown asset 'pl-9'; did you mean"),
        ("[pl-3]", "[pl-2]", "24:15: lamp 'pl-2' is also in group 'via-roma'; a lamp has one group: remove it from the other"),
        ('patron: "12-26"', 'patron: "2027-12-26"', "6:11: the day of the patron is a day of every year; write month and day"),
        (f"- {RULE}", "- {program: night}", "19:11: no night is left for this rule: rule 1 fits them all; move it before that one"),
        ("days: [sat], ", "days: [holiday], ", "19:36: 'weeks' has no effect without days of the week; add 'days'"),
        ("[sat]", "[sut]", "19:19: 'sut' is not a valid value; did you mean"),
        (RULE, '{first: "2027-12-31", last: "2027-12-30", program: night}', "18:39: the rule ends before it begins; write a later day"),
        ("levels: {M3: 90, M4: 60}", "levels: {M4: 60}", "26:62: the design category M3 has no level; add it"),
        (
            "levels: {M3: 90, M4: 60}",
            "levels: {M3: 50, M4: 60}",
            "26:62: a darker category has a higher level than a brighter one; write falling levels",
        ),
        ("power: 60}", "power: 0}", "22:63: 0 is out of range"),
    ],
)
def test_a_problem_has_its_place_and_its_remedy(old: str, new: str, sentence: str, tmp_path: Path) -> None:
    found = [f"{line}:{column}: {said}" for line, column, said in problems_of(LIT.replace(old, new, 1), tmp_path)]
    assert any(one.startswith(sentence) for one in found), found


def test_a_site_with_lighting_alone_is_valid(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(LIT)
    assert load_site(tmp_path / "site.yaml").site.lighting is not None


def test_without_a_list_of_assets_lamps_may_have_any_name(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(LIT.replace("assets: {pl-1: {}, pl-2: {}, pl-3: {}}\n", ""))
    assert load_site(tmp_path / "site.yaml").site.lighting is not None


def test_limits_are_those_that_are_published(tmp_path: Path) -> None:
    many = "\n".join(f"        - {{dates: ['{number % 28 + 1}'], program: night}}" for number in range(201))
    found = problems_of(LIT.replace(f"        - {RULE}", many), tmp_path)
    assert any("'rules' has more than 200 items; divide the calendar" in said for _, _, said in found), found
