"""An update as a person or a timer orders it."""

import asyncio
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from firmware_tools.image.release import GatewayRelease
from firmware_tools.repository.errors import RepositoryError
from gateway.config.site_file import EdgeSite, load_site
from gateway.host import clock
from gateway.model.site.firmware import NightlyUpdateSettings, RepositorySettings
from gateway.update import updating
from gateway.update.errors import UpdateError
from gateway.update.layout import UpdateLayout
from gateway.update.trial import read_trial
from gateway.update.updating import FoundRelease, begin_trial, find_release, install_beside, may_update_now
from tests.firmware_tools.repository.making import Maker
from tests.update.modelled import NEW, OLD, ModelledMachine
from tests.update.test_report import BEFORE, running

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def site(tmp_path: Path) -> EdgeSite:
    (tmp_path / "site.yaml").write_text(
        f"site: s\noperator: o\ngateway: g\nuplink: {{broker: 'mqtt://127.0.0.1:1'}}\njournal: {{path: {tmp_path}/journal.sqlite}}\n"
    )
    edge = load_site(tmp_path / "site.yaml").edge
    assert edge is not None
    return edge


def with_repository(site: EdgeSite, source: str, root: Path) -> EdgeSite:
    firmware = msgspec.structs.replace(site.firmware, repository=RepositorySettings(source=source, root=str(root)))
    return site._replace(firmware=firmware)


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    (tmp_path / "maker").mkdir()
    made = Maker(tmp_path / "maker", datetime.now(UTC).replace(microsecond=0))
    made.add(b"archive", "99.0", GatewayRelease("99.0", PYTHON, platform.machine()), "street-gateway/99.0.tar")
    made.publish()
    (tmp_path / "root.json").write_bytes(made.root)
    return made


def find(site: EdgeSite, tmp_path: Path, *, where: str | None = None, trust_clock: bool = True, connected: bool = True) -> FoundRelease:
    layout, socket = UpdateLayout(tmp_path), tmp_path / "socket"
    return find_release(site, layout, socket, where=where, version=None, trust_clock=trust_clock, connected=connected)


def test_a_release_is_found_in_the_repository_of_the_site_file_or_at_another_place_of_it(
    site: EdgeSite, maker: Maker, tmp_path: Path
) -> None:
    found = find(with_repository(site, str(maker.published), tmp_path / "root.json"), tmp_path)
    assert found.target is not None
    assert found.target.release.version == "99.0"
    elsewhere = with_repository(site, "https://127.0.0.1:1/nothing", tmp_path / "root.json")
    assert find(elsewhere, tmp_path, where=str(maker.published)).target == found.target


@pytest.mark.parametrize("source", ["mqtt", "https://127.0.0.1:1/nothing"])
async def test_what_the_gateway_has_fetched_is_verified_again_without_a_network(
    source: str, site: EdgeSite, maker: Maker, tmp_path: Path
) -> None:
    client = maker.client(site.state / updating.TRUSTED_BY_GATEWAY)
    await client.refresh()
    found = await asyncio.to_thread(find, with_repository(site, source, tmp_path / "root.json"), tmp_path, connected=False)
    assert found.target is not None


def test_without_a_repository_there_is_nothing_to_look_into(site: EdgeSite, tmp_path: Path) -> None:
    with pytest.raises(UpdateError, match="the site file names no repository"):
        find(site, tmp_path)


def test_an_untrusted_clock_refuses_unless_the_gateway_or_a_person_trusts_it(
    site: EdgeSite, maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "is_synchronised", lambda: False)
    mine = with_repository(site, str(maker.published), tmp_path / "root.json")
    with pytest.raises(RepositoryError, match="the clock of this machine is not trusted"):
        find(mine, tmp_path, trust_clock=False)
    monkeypatch.setattr("gateway.update.service.ask_state", lambda _: msgspec.structs.replace(running(), now_ms=clock.now_ms()))
    assert find(mine, tmp_path, trust_clock=False).target is not None


def test_nothing_newer_can_not_be_installed(site: EdgeSite, maker: Maker, tmp_path: Path) -> None:
    found = find(with_repository(site, str(maker.published), tmp_path / "root.json"), tmp_path)
    with pytest.raises(UpdateError, match="there is nothing newer"):
        install_beside(site, UpdateLayout(tmp_path), found._replace(target=None), lambda *_: None)


def test_an_archive_with_another_version_than_what_was_signed_is_not_tried(
    site: EdgeSite, maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = UpdateLayout(tmp_path)
    (layout.prefix / "bin").mkdir(parents=True)
    (layout.prefix / "bin" / "python").touch()
    layout.state.mkdir(parents=True)
    found = find(with_repository(site, str(maker.published), tmp_path / "root.json"), tmp_path)
    monkeypatch.setattr(updating, "make_slot", lambda *_: "98.0")
    with pytest.raises(UpdateError, match=r"the archive has version 98\.0, and is signed as 99\.0"):
        install_beside(site, layout, found, lambda *_: None)
    checked = []
    monkeypatch.setattr(updating, "make_slot", lambda *_: "99.0")
    monkeypatch.setattr(updating, "check_site", lambda _layout, name, _site: checked.append(name))
    assert found.target is not None
    assert install_beside(site, layout, found, lambda *_: None) == f"99.0-{found.target.sha256[:8]}" == checked[0]


def test_a_trial_remembers_what_answered_and_only_one_is_under_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = ModelledMachine(tmp_path, monkeypatch)
    with pytest.raises(UpdateError, match="another update is under way"):
        begin_trial(machine.layout, tmp_path, "b", NEW, "00")
    machine.finish()
    trial = begin_trial(machine.layout, tmp_path, "a", OLD, None)
    assert (trial.old, trial.new, trial.old_version, trial.version, trial.answering) == ("b", "a", NEW, OLD, BEFORE)
    assert read_trial(machine.layout.state) == trial


def test_a_gateway_that_does_not_run_can_not_prove_an_update(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = ModelledMachine(tmp_path, monkeypatch)
    machine.finish()
    machine.runs = None
    with pytest.raises(UpdateError, match="the gateway does not run: start it first"):
        begin_trial(machine.layout, tmp_path, "a", OLD, None)


@pytest.mark.parametrize(
    ("begin", "end", "minute", "may"),
    [
        (120, 240, 120, True),
        (120, 240, 239, True),
        (120, 240, 240, False),
        (120, 240, 0, False),
        (1380, 60, 1400, True),
        (1380, 60, 59, True),
        (1380, 60, 60, False),
    ],
)
def test_an_update_by_itself_begins_in_its_hours_alone(begin: int, end: int, minute: int, may: bool) -> None:
    assert may_update_now(NightlyUpdateSettings(begin=begin, end=end), minute) is may


def test_without_the_settings_it_never_begins_by_itself() -> None:
    assert not any(may_update_now(None, minute) for minute in range(1440))
