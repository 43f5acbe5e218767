"""The centre of the commands."""

from pathlib import Path

import pytest

from tests.firmware_tools.cli.rollout.centre import CommandCentre


@pytest.fixture
def centre(tmp_path: Path) -> CommandCentre:
    return CommandCentre(tmp_path)
