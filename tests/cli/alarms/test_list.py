"""`gateway alarms list`."""

import json

import pytest

from tests.cli.alarms.centre_with_alarms import Gateway


def test_the_list_says_what_is_wrong_since_when_and_what_to_do(gateway: Gateway) -> None:
    done = gateway("list")
    head, first, rest = done.output.splitlines()
    assert head.split()[:3] == ["priority", "state", "since"]
    assert first.startswith("critical  unacknowledged  2026-11-27T23:00:00Z  citelum   qe-1   Panel dark  0 W, 9000 W when lit")
    assert "breaker, contactor or clock of the panel" in first
    assert rest == "2 shelved, explained by another one, or expected from works: add --all"
    assert done.exit_code == 1, "a critical one is not acknowledged"


def test_all_alarms_are_listed_in_italian_and_as_json(gateway: Gateway) -> None:
    assert "Quadro spento  0 W, 9000 W da acceso" in gateway("list", language="it_IT.UTF-8").output
    listed = json.loads(gateway("list", "--all", "--json").output)
    assert [(one["asset"], one["kind"], one["priority"]) for one in listed["alarms"]] == [
        ("qe-1", "panel_outage", 1),
        ("gw-1", "certificate_ends", 3),
        ("pl-1", "lamp_failed", 4),
    ]
    assert listed["alarms"][0]["detail_it"] == "0 W, 9000 W da acceso"
    assert listed["alarms"][1]["suppressed_by"] == "via-roma"
    assert listed["not_shown"] == 0


def test_an_alarm_that_works_suppress_says_which_and_until_when(gateway: Gateway) -> None:
    assert "suppressed by works via-roma until 2026-11-28T00:00:00Z" in gateway("list", "--all").output
    assert "via-roma" not in gateway("list").output


@pytest.mark.parametrize("options", [("--kind", "disk_full"), ("--operator", "other")])
def test_where_there_is_no_alarm_it_says_so(gateway: Gateway, options: tuple[str, str]) -> None:
    done = gateway("list", *options)
    assert (done.exit_code, done.output) == (0, "no alarms\n")
