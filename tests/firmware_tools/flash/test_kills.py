"""A share of the kills of `python -m tests.firmware_tools.flash.kills`: each driver is killed at some places, at random times, and loses its power."""

import pytest

from tests.firmware_tools.flash.kills import planned_trials, run_all

TRIALS = [trial for trial in planned_trials(500, 1) if trial.number % 41 == 8]


def test_the_share_has_every_driver_and_every_kind_of_trial() -> None:
    assert len({trial.case.name for trial in TRIALS}) == 6
    assert any(trial.power_cuts for trial in TRIALS)
    assert any(trial.place is None for trial in TRIALS)


@pytest.mark.system
async def test_killed_updates_resume_or_begin_again_and_end_with_the_new_firmware() -> None:
    problems = [(result.trial.number, result.problem) for result in await run_all(TRIALS, jobs=6) if result.problem]
    assert problems == []


def test_an_image_for_another_model_is_among_the_trials() -> None:
    assert any(trial.wrong_image for trial in planned_trials(500, 1))
