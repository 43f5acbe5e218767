"""A gateway that has moved."""

from pathlib import Path

import pytest

from gateway.backup.retirement import Retired, check_not_retired, retire


def test_a_gateway_that_has_moved_says_when_and_how_to_bring_it_back(tmp_path: Path) -> None:
    check_not_retired(tmp_path)
    retire(tmp_path / "state", 1_795_400_000_000)
    with pytest.raises(Retired, match=rf"moved to another machine \(2026-11-23T.*\): .* delete {tmp_path}/state/retired"):
        check_not_retired(tmp_path / "state")
    (tmp_path / "state" / "retired").unlink()
    check_not_retired(tmp_path / "state")
