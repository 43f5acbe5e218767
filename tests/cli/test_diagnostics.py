"""`gateway diagnostics`: one file, readable for its owner alone."""

import stat
import tarfile
from pathlib import Path

import pytest

from gateway.cli import diagnostics as module
from tests.cli.local_commands import invoke
from tests.edge.running import running_gateway


async def test_the_file_is_written_under_its_own_name_or_a_given_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    async with running_gateway(tmp_path) as (gateway, _):
        done = await invoke(module, gateway)
        assert done.exit_code == 0
        written = Path(done.stdout.strip())
        assert written.name.startswith("gw-1-")
        assert stat.S_IMODE(written.stat().st_mode) == 0o600
        with tarfile.open(written) as archive:
            assert "gw-1/state.json" in archive.getnames()
        assert (await invoke(module, gateway, "--out", str(tmp_path / "named.tar.gz"))).exit_code == 0
        assert (tmp_path / "named.tar.gz").stat().st_size > 500
        failed = await invoke(module, gateway, "--out", str(tmp_path / "none" / "x.tar.gz"))
        assert (failed.exit_code, str(tmp_path / "none") in failed.stderr) == (1, True)
