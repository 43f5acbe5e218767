"""A trial to its end, killed before every operation that changes something."""

from pathlib import Path

import pytest

from tests.update.modelled import NEW, OLD, Killed, ModelledMachine

BAD = {
    "ends": "the gateway does not start",
    "mute": "the gateway does not answer",
    "blind": "no readings of em340 (l), which answered before",
    "bad units": "the units can't be installed",
}


def test_a_good_version_is_proved_with_one_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = ModelledMachine(tmp_path, monkeypatch)
    found = machine.finish()
    assert found is not None
    assert (found.phase, machine.runs, machine.layout.current(), machine.layout.proven(), machine.units) == ("proved", NEW, "b", "b", "b")
    assert machine.restarts == 1
    assert machine.finish() == found
    assert machine.restarts == 1


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_version_is_left_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    machine = ModelledMachine(tmp_path, monkeypatch, kind)
    found = machine.finish()
    assert found is not None
    assert (found.phase, machine.runs, machine.layout.current(), machine.layout.proven(), machine.units) == ("undone", OLD, "a", "a", "a")
    assert found.why["en"] == BAD[kind]
    assert machine.restarts <= 2


@pytest.mark.parametrize("kind", ["good", *BAD])
def test_killed_before_any_operation_it_goes_on_and_ends_like_without_the_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Of a good version, all kills together never cost a second restart: the version that runs already is not restarted."""
    kills = 0
    for number in range(1, 30):
        machine = ModelledMachine(tmp_path / str(number), monkeypatch, kind)
        machine.kill_at = number
        try:
            machine.finish()
            break
        except Killed:
            kills += 1
        assert machine.layout.current() in {"a", "b"}
        if machine.runs is not None:
            assert machine.runs in {OLD, NEW}
        machine.kill_at = 0
        found = machine.finish()
        assert found is not None
        expected = ("proved", NEW, "b") if kind == "good" else ("undone", OLD, "a")
        assert (found.phase, machine.runs, machine.layout.current()) == expected
        assert machine.restarts <= (1 if kind == "good" else 3)
    assert kills >= 5


def test_a_machine_that_goes_down_in_each_trial_is_not_tried_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = ModelledMachine(tmp_path, monkeypatch)
    for _ in range(3):
        machine.operations, machine.kill_at = 0, 4  # before the restart
        with pytest.raises(Killed):
            machine.finish()
    machine.kill_at = 0
    found = machine.finish()
    assert found is not None
    assert (found.phase, machine.layout.current(), machine.runs) == ("undone", "a", OLD)
    assert found.why["en"] == "the trial was interrupted 3 times"


def test_without_a_trial_there_is_nothing_to_finish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = ModelledMachine(tmp_path, monkeypatch)
    (machine.layout.state / "trial.json").unlink()
    assert machine.finish() is None
