"""The report of a line as JSON: its keys are a contract."""

import json

import msgspec

from gateway.edge.telemetry.lines_report import LinesReport, report
from tests.edge.telemetry.owners import CountingDriver, owner_of


async def test_the_json_has_a_key_for_every_counter_and_is_read_back() -> None:
    driver = CountingDriver()
    driver.refused = ["p1"]
    found = LinesReport("gw-1", [report(owner_of(driver))])
    data = msgspec.json.encode(found)
    (line,) = json.loads(data)["lines"]
    assert (line["id"], line["broken"], line["missed"]) == ("panel", False, 0)
    assert line["devices"][0] == {
        "id": "meter", "profile": "xy_md02", "state": "answers", "sent": 100, "answered": 90, "timeouts": 7, "crc_errors": 3,
        "exceptions": 2, "late": 1, "foreign": 4, "bytes": 9000, "round_trip_p50_ms": 69.0, "round_trip_p95_ms": 97.0, "share": 0.0,
        "uncovered": ["p1"],
    }  # fmt: skip
    assert list(line["devices"][0])[:3] == ["id", "profile", "state"]
    assert msgspec.json.decode(data, type=LinesReport) == found


async def test_a_device_without_a_response_is_not_yet_heard_and_has_no_round_trips() -> None:
    spare = report(owner_of(CountingDriver())).devices[1]
    assert (spare.state, spare.answered, spare.round_trip_p50_ms, spare.round_trip_p95_ms) == ("not yet heard", 0, None, None)
