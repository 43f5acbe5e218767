"""The configuration of a running gateway: staged, on trial, confirmed, undone, also by itself."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.cli.local import LocalError, LocalGateway
from gateway.edge import gateway as composition
from gateway.edge.gateway import EdgeGateway
from gateway.staging.configuration import Configuration, present
from gateway.staging.yaml_edit import change_device, set_key
from gateway.web.technician.config_routes import (
    AppliedLines,
    ChangeView,
    ConfigurationView,
    StagedText,
    StagedView,
    TrialView,
    WantedChange,
)
from tests.edge.configuration.changing import running_from, written_site


@pytest.fixture(autouse=True)
def quick_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composition, "_DRAIN_S", 0.01)


async def post(local: LocalGateway, path: str, body: object, answer: Any = Any) -> Any:
    return await asyncio.to_thread(local.post, f"/api/config/{path}", body, answer)


async def view(local: LocalGateway) -> ConfigurationView:
    return await asyncio.to_thread(local.get, "/api/config", ConfigurationView)


def every_s(gateway: EdgeGateway) -> float:
    return gateway._lines.owners[0].devices[0].streams[0].stream.every_s


async def test_a_change_is_staged_shown_applied_on_trial_and_confirmed(tmp_path: Path) -> None:
    path = written_site(tmp_path)
    text = change_device(path.read_text(), "first", {"every": 45.0})
    async with running_from(path) as (gateway, local):
        staged = await post(local, "stage", StagedText(text), StagedView)
        assert [one.en for one in staged.differences] == ["device first every: - → 45s"]
        assert ("+      - {id: first, profile: xy_md02, unit: 1, asset: roof, every: 45s}" in staged.diff, staged.problems) == (True, [])
        assert every_s(gateway) != 45.0
        trial = await post(local, "apply", WantedChange("a slower sensor"), TrialView)
        assert 290 < trial.left_s <= 300
        assert (every_s(gateway), path.read_text()) == (45.0, text)
        assert (await view(local)).trial is not None
        await post(local, "stage", StagedText(change_device(text, "first", {"every": 46.0})), StagedView)
        with pytest.raises(LocalError, match="confirm it or undo it first"):
            await post(local, "apply", WantedChange())
        await post(local, "confirm", {})
        (entry,) = await asyncio.to_thread(local.get, "/api/config/log", list[ChangeView])
        assert (entry.outcome, entry.by, entry.why) == ("confirmed", "technician", "a slower sensor")
        await post(local, "discard", {})
        assert (await view(local)).staged is None


async def test_one_line_is_applied_alone_and_the_rest_stays_staged(tmp_path: Path) -> None:
    path = written_site(tmp_path)
    before = path.read_text()
    line = "  - {id: yard, tcp: 127.0.0.1:10, devices: [{id: second, profile: xy_md02, unit: 1, asset: yard}]}\n"
    text = change_device(before, "first", {"every": 45.0}) + line
    async with running_from(path) as (gateway, local):
        staged = await post(local, "stage", StagedText(text), StagedView)
        assert staged.lines == ["air", "yard"]
        with pytest.raises(LocalError, match="nothing of line 'roof' is changed; changed are: air, yard"):
            await post(local, "apply", AppliedLines(lines=["roof"]))
        await post(local, "apply", AppliedLines("the sensor first", ["air"]), TrialView)
        assert [owner.name for owner in gateway._lines.owners] == ["air"]
        assert every_s(gateway) == 45.0
        left = (await view(local)).staged
        assert left is not None
        assert ([one.en for one in left.differences], left.lines) == (["line yard added", "device second added"], ["yard"])
        with pytest.raises(LocalError, match="confirm it or undo it first"):
            await post(local, "apply", AppliedLines(lines=["yard"]))
        await post(local, "confirm", {})
        await post(local, "apply", AppliedLines(lines=["yard"]), TrialView)
        assert [owner.name for owner in gateway._lines.owners] == ["air", "yard"]
        assert (path.read_text(), (await view(local)).staged) == (text, None)


async def test_what_is_not_confirmed_in_time_is_undone_also_after_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written_site(tmp_path)
    before = path.read_text()
    async with running_from(path) as (_, local):
        await post(local, "stage", StagedText(set_key(before, "uplink.broker", "mqtt://127.0.0.1:8")), StagedView)
        await post(local, "apply", WantedChange("cuts the uplink"), TrialView)
    ledger = Configuration(path, tmp_path).ledger
    assert ledger.trial is not None
    assert path.read_text() != before
    soon = msgspec.structs.replace(ledger.trial, until_up_ms=present().up_ms + 300)
    with Configuration(path, tmp_path).store.locked():
        Configuration(path, tmp_path).store.write_ledger(msgspec.structs.replace(ledger, trial=soon))
    async with running_from(path) as (gateway, local), asyncio.timeout(60):
        while (await view(local)).trial is not None or gateway._site.uplink.broker != "mqtt://127.0.0.1:9":
            await asyncio.sleep(0.05)
        assert path.read_text() == before
        (entry,) = await asyncio.to_thread(local.get, "/api/config/log", list[ChangeView])
        assert (entry.outcome, entry.reason) == ("undone", "not confirmed in time")


async def test_undoing_ends_a_trial_at_once_and_goes_back_behind_a_confirmed_change_on_trial(tmp_path: Path) -> None:
    path = written_site(tmp_path)
    before = path.read_text()
    text = change_device(before, "first", {"every": 45.0})
    async with running_from(path) as (gateway, local):
        await post(local, "stage", StagedText(text))
        await post(local, "apply", WantedChange())
        assert await post(local, "undo", WantedChange("no")) is None
        assert path.read_text() == before
        assert every_s(gateway) != 45.0
        await post(local, "stage", StagedText(text))
        await post(local, "apply", WantedChange())
        await post(local, "confirm", {})
        assert (await post(local, "undo", WantedChange(), TrialView)).why == "undo"
        assert path.read_text() == before
        await post(local, "confirm", {})
        outcomes = [one.outcome for one in await asyncio.to_thread(local.get, "/api/config/log", list[ChangeView])]
        assert outcomes == ["undone", "confirmed", "confirmed"]


async def test_what_can_not_change_live_or_is_invalid_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    path = written_site(tmp_path)
    before = path.read_text()
    async with running_from(path) as (_, local):
        for text, says in (
            (before.replace("gateway: gw-1", "gateway: gw-2"), "'gateway' can't change while the gateway runs"),
            (before.replace("xy_md02", "xy_md03"), "unknown profile"),
            ("site: [", "not YAML"),
        ):
            staged = await post(local, "stage", StagedText(text), StagedView)
            assert says in staged.problems[0].what
            assert staged.problems[0].what_it not in ("", staged.problems[0].what)
            with pytest.raises(LocalError, match="it can't be applied: line"):
                await post(local, "apply", WantedChange())
        await post(local, "discard", {})
        with pytest.raises(LocalError, match="nothing is staged"):
            await post(local, "apply", WantedChange())
        with pytest.raises(LocalError, match="no change is on trial"):
            await post(local, "confirm", {})
        assert path.read_text() == before


async def test_a_gateway_that_can_not_change_goes_on_with_what_it_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written_site(tmp_path)
    before = path.read_text()
    async with running_from(path) as (gateway, local):
        change, failed = gateway._lines.change, list[int]()

        def fail_once(site: Any) -> None:
            if not failed:
                failed.append(1)
                raise ZeroDivisionError("as a bug would")
            change(site)

        monkeypatch.setattr(gateway._lines, "change", fail_once)
        await post(local, "stage", StagedText(change_device(before, "first", {"every": 45.0})))
        with pytest.raises(LocalError, match="has the configuration before"):
            await post(local, "apply", WantedChange())
        assert path.read_text() == before
        assert (await view(local)).trial is None
        assert [owner.name for owner in gateway._lines.owners] == ["air"]
