"""`gateway config apply`, with a gateway that runs and without one."""

import asyncio
from pathlib import Path

import pytest

from gateway.edge import gateway as composition
from tests.cli.config.files import files, said
from tests.cli.in_process import run
from tests.edge.configuration.changing import running_from


def test_without_a_gateway_the_file_is_changed_at_once_and_the_change_is_logged(tmp_path: Path) -> None:
    site, new = files(tmp_path)
    done = run("config", "apply", "site.yaml", "new.yaml", "--why", "moved", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "device first unit: 1 → 2\napplied; no gateway runs\n", "")
    assert site.read_text() == new.read_text()
    (entry,) = said(tmp_path, "log", "site.yaml")
    assert (entry["outcome"], entry["by"], entry["why"]) == ("confirmed", "technician", "moved")


def test_what_is_invalid_is_refused_with_its_place_and_nothing_changes(tmp_path: Path) -> None:
    site, _ = files(tmp_path, "xy_md02", "xy_md03")
    before = site.read_text()
    done = run("config", "apply", "site.yaml", "new.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("new.yaml:12:30: unknown profile 'xy_md03'; did you mean 'xy_md02'")
    assert site.read_text() == before
    again = run("config", "apply", "site.yaml", "site.yaml", cwd=tmp_path)
    assert (again.returncode, again.stderr) == (1, "gateway: the configuration is the same already\n")


async def test_a_gateway_that_runs_changes_on_trial_and_the_other_commands_speak_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composition, "_DRAIN_S", 0.01)
    site, new = files(tmp_path)
    async with running_from(site) as (gateway, _):
        applied = await asyncio.to_thread(said, tmp_path, "apply", "site.yaml", "new.yaml")
        assert 200 < applied["left_s"] <= 300
        assert gateway._lines.owners[0].devices[0].unit == 2
        assert await asyncio.to_thread(said, tmp_path, "confirm", "site.yaml") == {"confirmed": True}
        assert await asyncio.to_thread(said, tmp_path, "undo", "site.yaml") == {"undone": True, "on_trial": True}
        assert gateway._lines.owners[0].devices[0].unit == 1
        assert [one["outcome"] for one in await asyncio.to_thread(said, tmp_path, "log", "site.yaml")] == ["confirmed"]
        assert await asyncio.to_thread(said, tmp_path, "undo", "site.yaml") == {"undone": True, "on_trial": False}
    assert site.read_text() == new.read_text()


def two_lines(folder: Path) -> Path:
    """Write a site file, and `new.yaml`, in which a device and a line more differ."""
    site, new = files(folder)
    line = "  - {id: yard, tcp: 127.0.0.1:10, devices: [{id: second, profile: xy_md02, unit: 1, asset: yard}]}\n"
    new.write_text(new.read_text() + line)
    return site


def test_without_a_gateway_one_line_is_applied_alone_and_then_what_is_left(tmp_path: Path) -> None:
    site = two_lines(tmp_path)
    first = run("config", "apply", "site.yaml", "new.yaml", "--line", "air", cwd=tmp_path)
    assert (first.returncode, first.stdout) == (0, "device first unit: 1 → 2\napplied; no gateway runs\n")
    assert "yard" not in site.read_text()
    rest = run("config", "apply", "site.yaml", cwd=tmp_path)
    assert rest.stdout.splitlines()[0] == "line yard added"
    assert site.read_text() == (tmp_path / "new.yaml").read_text()
    nothing = run("config", "apply", "site.yaml", cwd=tmp_path)
    assert (nothing.returncode, nothing.stderr) == (1, "gateway: nothing is staged: stage a configuration first\n")


async def test_on_a_running_gateway_one_line_is_tried_and_the_rest_stays_staged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composition, "_DRAIN_S", 0.01)
    site = two_lines(tmp_path)
    async with running_from(site) as (gateway, _):
        applied = await asyncio.to_thread(said, tmp_path, "apply", "site.yaml", "new.yaml", "--line", "air")
        assert [one["en"] for one in applied["differences"]] == ["device first unit: 1 → 2"]
        assert gateway._lines.owners[0].devices[0].unit == 2
        await asyncio.to_thread(said, tmp_path, "confirm", "site.yaml")
        rest = await asyncio.to_thread(said, tmp_path, "apply", "site.yaml")
        assert rest["differences"][0]["en"] == "line yard added"
        assert len(gateway._lines.owners) == 2
