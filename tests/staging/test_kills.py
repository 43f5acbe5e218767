"""A share of the kills of `python -m tests.staging.kills`."""

import random
from pathlib import Path

import pytest

from tests.staging.kills import choose, kill_steps
from tests.staging.whole_gateways import killed_at


def test_after_a_kill_the_site_file_is_old_or_new_and_undo_works(tmp_path: Path) -> None:
    assert kill_steps(15, 7, tmp_path) == []


def test_the_trials_cover_every_step_before_any_twice() -> None:
    chosen = choose({"apply": 3, "undo": 2}, 7, random.Random(1))
    assert {(one.scenario, one.step) for one in chosen} == {("apply", 1), ("apply", 2), ("apply", 3), ("undo", 1), ("undo", 2)}
    assert any(one.recovery_step for one in chosen)


@pytest.mark.system
async def test_a_whole_gateway_that_is_killed_while_it_applies_comes_back_with_one_of_the_two(tmp_path: Path) -> None:
    assert await killed_at(tmp_path / "gateway", 40) is None
