"""`gateway journal export`: readings as lines of JSON."""

import json
from pathlib import Path

from tests.cli.journal.journals import run


def test_readings_are_exported_in_their_units_since_a_time(journal: Path) -> None:
    lines = [json.loads(line) for line in run("journal", "export", str(journal), "--since", "2h").stdout.splitlines()]
    assert [line["values"] for line in lines] == [
        {"air_temperature": 20.1},
        {},
        {"air_temperature": 20.2},
        {},
        {"air_temperature": 20.3},
        {},
        {"air_temperature": 20.4},
        {},
    ]
    assert lines[0] | {"t_ms": 0} == {"t_ms": 0, "asset": "st-1", "device": "thermo", "measurement": "weather", "values": {"air_temperature": 20.1},
                                      "state": "stored", "tags": {"side": "north"}}  # fmt: skip
    assert list(lines[1]["quality"]) == ["air_temperature"]
    assert {line["state"] for line in lines} == {"stored", "waiting", "rejected"}
