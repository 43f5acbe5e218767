"""`gateway situation tokens`."""

import json
from pathlib import Path

from tests.cli.situation.room import Room


def test_tokens_are_listed_without_what_they_are(room: Room) -> None:
    assert room("tokens").output == "no tokens\n"
    token = room("token", "citelum", "office", "--role", "editor").output.strip()
    room("token", "comune", "screen", "--days", "1")
    listed = room("tokens").output
    assert token not in listed
    assert [line.split()[:3] for line in listed.splitlines()] == [
        ["organisation", "program", "role"], ["citelum", "office", "editor"], ["comune", "screen", "reader"],
    ]  # fmt: skip
    assert json.loads(room("tokens", "--json").output) == [
        {"organisation": "citelum", "name": "office", "role": "editor", "issued": "2026-11-02T08:00:00.000Z"},
        {
            "organisation": "comune",
            "name": "screen",
            "role": "reader",
            "issued": "2026-11-02T08:00:00.000Z",
            "expires": "2026-11-03T08:00:00.000Z",
        },
    ]


def test_a_file_that_others_can_read_is_reported(room: Room, tmp_path: Path) -> None:
    room("token", "citelum", "office")
    (tmp_path / "situation-tokens.json").chmod(0o640)
    listed = room("tokens")
    assert (listed.exit_code, "chmod 600" in listed.output) == (1, True)
