"""Updates of a running gateway that are killed, a few of the hundred that `python -m tests.update.kills` makes."""

from pathlib import Path

import pytest

from tests.update.kills import run


@pytest.mark.system
def test_a_killed_update_leaves_a_gateway_that_runs(tmp_path: Path) -> None:
    found = run(tmp_path, trials=2, seed=5, say=lambda _: None)
    assert found["trials"] == 2
    assert found["most_restarts_of_good_versions"] in {0, 1}
