"""`gateway lighting export`."""

import json

from tests.cli.in_process import run
from tests.cli.lighting.samples import SAMPLE
from tests.control.talq.schemas import errors


def test_the_sample_is_valid_by_the_published_schemas() -> None:
    document = json.loads(run("lighting", "export", str(SAMPLE), "--years", "3").stdout)
    assert [one["id"] for one in document["programs"]] == ["avenue", "avenue-weekend", "park", "all-night"]
    assert [one for program in document["programs"] for one in errors(program, "ControlProgramOne")] == []
    assert [one for calendar in document["calendars"] for one in errors(calendar, "Calendar")] == []


def test_easter_is_written_for_as_many_years_as_were_asked_for() -> None:
    rules = json.loads(run("lighting", "export", str(SAMPLE), "--years", "3").stdout)["calendars"][0]["rules"]
    assert sum(one.get("startDate", "-").startswith("20") for one in rules) == 6
