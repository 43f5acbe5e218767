"""`gateway alarms ack`."""

from pathlib import Path

import pytest

from tests.cli.alarms.centre_with_alarms import OUTAGE, Gateway, applied


def test_who_acknowledges_is_recorded(gateway: Gateway, tmp_path: Path) -> None:
    done = gateway("ack", "qe-1", "--by", "control room", "--comment", "team on the way")
    assert done.exit_code == 0, done.output
    assert "the role 'alarms' of 'gateway central' does not run: it will do this when it starts" in done.output
    assert done.output.endswith("ack: citelum/qe-1 Panel dark lighting_meter d-1\n")
    found = applied(tmp_path)[OUTAGE]
    assert (found.by, found.comment) == ("control room", "team on the way")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("qe-9", "--by", "x"), "no such alarm at qe-9; 'gateway alarms list' lists them"),
        (("qe-1", "--kind", "disk_ful", "--by", "x"), "unknown kind 'disk_ful'; did you mean 'disk_full'?"),
        (("qe-1", "--by", " "), "--by needs 1 to 64 characters"),
        (("qe-1", "--by", "x", "--comment", "c" * 201), "--comment has 200 characters at most"),
        (("pl-2", "--by", "x"), "no such alarm at pl-2"),
    ],
)
def test_what_is_wrong_is_a_sentence(gateway: Gateway, arguments: tuple[str, ...], sentence: str) -> None:
    done = gateway("ack", *arguments)
    assert (done.exit_code, sentence in done.output) == (1, True), done.output
