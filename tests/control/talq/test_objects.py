"""The objects of TALQ against its published schemas."""

import msgspec
import pytest
from hypothesis import given, settings

from gateway.control.talq.objects import ControlProgram, TalqCalendar
from tests.control.talq.documents import CALENDARS, PROGRAMS
from tests.control.talq.schemas import errors

PROGRAM = {
    "type": "ControlProgramOne",
    "id": "p",
    "ownerCMS": "cms",
    "activePeriods": [{"name": "AstroClockActivePeriod", "sunsetOffset": 10, "sunriseOffset": -5}],
    "fixedTimeControls": [{"startTime": "23:00:00", "command": {"state": {"name": "LevelState", "value": 50}, "rampToLevelTime": 60}}],
}


@settings(max_examples=60, deadline=None)
@given(PROGRAMS)
def test_every_program_is_valid_by_the_published_schema_and_read_back_as_it_was(program: ControlProgram) -> None:
    assert errors(program, "ControlProgramOne") == []
    assert msgspec.json.decode(msgspec.json.encode(program), type=ControlProgram) == program


@settings(max_examples=60, deadline=None)
@given(CALENDARS)
def test_every_calendar_is_valid_by_the_published_schema_and_read_back_as_it_was(calendar: TalqCalendar) -> None:
    assert errors(calendar, "Calendar") == []
    assert msgspec.json.decode(msgspec.json.encode(calendar), type=TalqCalendar) == calendar


def test_the_schemas_refuse_what_is_wrong() -> None:
    assert errors(PROGRAM, "ControlProgramOne") == []
    assert errors({"type": "ControlProgramOne", "id": "p"}, "ControlProgramOne")
    assert errors(PROGRAM | {"activePeriods": [{"name": "AstroClockActivePeriod", "sunsetOffset": "late"}]}, "ControlProgramOne")
    assert errors(
        {"id": "c", "ownerCMS": "o", "rules": [{"program": "p", "condition": {"type": "ccDay", "days": [{"start": 8}]}}]}, "Calendar"
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"activePeriods": [{"name": "ValueActivePeriod"}]}, {"activePeriods": [{"name": "AstroClockActivePeriod", "sunsetOffset": 10}]}, {"colour": "red"},
        {"fixedTimeControls": [{"startTime": "24:00:00", "command": {"state": {"name": "LevelState", "value": 50}}}]},
        {"fixedTimeControls": [{"startTime": "23:00:00", "command": {"state": {"name": "LevelState", "value": 101}}}]},
        {"fixedTimeControls": [{"startTime": "23:00:00", "command": {"state": {"name": "RGBState", "value": 1}}}]},
    ],
)  # fmt: skip
def test_what_is_not_supported_is_an_error(changed: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(PROGRAM | changed, ControlProgram)
