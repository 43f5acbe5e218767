"""`gateway page code`: the code for the label."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli.page.code import command
from gateway.edge.services.codes import CodeFiles
from gateway.web import sessions
from tests.config.sites import GOOD
from tests.edge.running import running_gateway


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_COST", 1 << 4)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "site.yaml").write_text(f"{GOOD}state: {tmp_path}/state\n")
    return tmp_path / "site.yaml"


def test_before_the_first_start_there_is_no_code_and_new_makes_one(site: Path) -> None:
    done = CliRunner().invoke(command, [str(site)])
    assert done.exit_code == 1
    assert "there is no code" in done.stderr
    made = CliRunner().invoke(command, [str(site), "--new"])
    assert made.exit_code == 0
    assert CliRunner().invoke(command, [str(site)]).stdout == made.stdout
    files = CodeFiles(site.parent / "state")
    assert files.code_of("technician") == made.stdout.strip()
    assert files.role_of(made.stdout.strip()) == "technician"


def test_the_readers_code_is_another(site: Path) -> None:
    CodeFiles(site.parent / "state").prepare()
    shown = [json.loads(CliRunner().invoke(command, [str(site), "--json", *more]).stdout) for more in ([], ["--reader"])]
    assert [one["role"] for one in shown] == ["technician", "reader"]
    assert shown[0]["code"] != shown[1]["code"]


def test_a_code_that_others_could_read_is_not_shown(site: Path) -> None:
    CodeFiles(site.parent / "state").prepare()
    (site.parent / "state/page/technician.code").chmod(0o644)
    done = CliRunner().invoke(command, [str(site)])
    assert done.exit_code == 1
    assert "chmod 600" in done.stderr


async def test_a_running_gateway_makes_the_new_code_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running_gateway(tmp_path) as (gateway, _):
        monkeypatch.setattr("gateway.cli.page.code.read_edge", lambda _: gateway._site)
        done = await asyncio.to_thread(CliRunner().invoke, command, [str(tmp_path / "site.yaml"), "--new"])
        assert done.exit_code == 0
        assert CodeFiles(tmp_path).role_of(done.stdout.strip()) == "technician"
