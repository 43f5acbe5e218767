"""Programs and calendars of other systems."""

import json
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given, settings

from gateway.control.exchange.importing import TalqInvalid, imported
from gateway.control.settings import program_of
from gateway.control.talq.objects import ControlProgram, TalqDocument
from gateway.model.site.lighting import LightingProgramSettings
from tests.control.talq.documents import PROGRAMS
from tests.model.site.parts import read

STATE = {"name": "LevelState", "value": 50}
PROGRAM: dict[str, Any] = {"type": "ControlProgramOne", "id": "p", "ownerCMS": "cms", "activePeriods": [], "fixedTimeControls": []}
CALENDAR: dict[str, Any] = {"id": "c", "ownerCMS": "cms", "defaultProgram": "p"}


def problems(document: object) -> list[str]:
    with pytest.raises(TalqInvalid) as caught:
        imported(document if isinstance(document, bytes) else json.dumps(document).encode())
    return caught.value.problems


@settings(max_examples=60, deadline=None)
@given(PROGRAMS)
def test_a_program_means_the_same_in_a_site_file(program: ControlProgram) -> None:
    written = imported(msgspec.json.encode(TalqDocument((program,)))).programs["program"]
    text = yaml.safe_dump(written, sort_keys=False)
    assert program_of("program", read(text if written else "{}", LightingProgramSettings), "prato") == program


def test_a_list_as_the_interface_sends_it_is_understood() -> None:
    found = imported(json.dumps([PROGRAM, CALENDAR]).encode())
    assert (found.programs, found.calendars) == ({"p": {}}, {"c": {"default": "p"}})


def test_identifiers_become_names() -> None:
    found = imported(json.dumps([PROGRAM | {"id": "Viale Piave (2)"}, CALENDAR | {"defaultProgram": "Viale Piave (2)"}]).encode())
    assert [*found.programs] == ["viale-piave-2"]
    assert found.calendars["c"] == {"default": "viale-piave-2"}


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (b"{", "not JSON"), (b"\xff", "not JSON"), (b"5", "neither programs nor calendars"), ({"groups": []}, "neither programs nor calendars"),
        ({"programs": 5}, "neither programs nor calendars"), (b"[" * 100_000, "not JSON"), (b" " * 4_000_001, "larger than 4 MB"),
        ([PROGRAM | {"id": "§"}], "programs[0]: '§' can't be made a name"), ([PROGRAM, PROGRAM], "two programs are called 'p'"),
        ([PROGRAM, CALENDAR | {"defaultProgram": "q"}], "calendar 'c' names the program 'q'"),
        ([PROGRAM | {"vendor": 1}], "programs[0]: Object contains unknown field `vendor`"),
        ([PROGRAM | {"activePeriods": [{"name": "SensorActivePeriod"}]}], "programs[0]: Invalid value 'SensorActivePeriod'"),
        ([PROGRAM | {"fixedTimeControls": [{"startTime": "23:00:00", "command": {"state": STATE, "rampFromLevelTime": 3}}]}], "rampFromLevelTime"),
        ([CALENDAR | {"rules": [{"program": "p", "condition": {"type": "ccDay", "days": []}}]}], "fits no night"),
        ([CALENDAR | {"rules": [{"program": "p", "condition": {"type": "ccDay", "days": [{"start": 5, "end": 2}]}}]}], "fits no night"),
        ([CALENDAR | {"rules": [{"program": "p", "condition": {"type": "ccDate", "dates": [{"start": "--05-01", "end": "---02"}]}}]}], "ends before"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_as_asked_is_named(document: object, problem: str) -> None:
    assert any(problem in one for one in problems(document)), problems(document)


def test_all_problems_are_named_not_only_the_first() -> None:
    assert len(problems([PROGRAM | {"id": ""}, PROGRAM | {"id": 5}, CALENDAR | {"rules": 3}])) == 3
