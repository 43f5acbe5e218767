"""The machine of the commands of updates."""

from pathlib import Path

import pytest

from tests.cli.update.machine import CommandMachine


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandMachine:
    return CommandMachine(tmp_path, monkeypatch)
