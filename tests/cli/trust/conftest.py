"""An authority for the commands of trust."""

from pathlib import Path

import pytest

from tests.trust.broker import gateway


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    folder = tmp_path / "authority"
    assert gateway("trust", "init", folder, "--name", "Prato street authority").exit_code == 0
    return folder
