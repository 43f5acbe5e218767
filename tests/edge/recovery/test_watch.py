"""The watch over the connection asks for what the site says, and for nothing else."""

import asyncio
from pathlib import Path

import pytest

from gateway.edge.recovery import watch as module
from gateway.edge.recovery.watch import watch_connection
from gateway.model.site.uplink import RecoverySettings
from gateway.uplink.recovery_ladder import RecoveryStep
from gateway.uplink.recovery_request import FOLDER, ask_for, take_request

ALL = RecoverySettings(network=600.0, modem=1200.0, reboot=3600.0)


class Street:
    """A gateway whose minutes pass at each look; `looks` says at each whether it is connected."""

    def __init__(self, folder: Path, settings: RecoverySettings | None, *looks: bool) -> None:
        self.folder, self.settings, self.looks = folder, settings, list(looks)
        self.up_ms, self.stop = 0.0, asyncio.Event()
        self.asked: list[RecoveryStep] = []

    def connected(self) -> bool:
        self.up_ms += 60_000
        step = take_request(self.folder / FOLDER) if (self.folder / FOLDER).exists() else None
        if step is not None:
            self.asked.append(step)
        is_connected = self.looks.pop(0)
        if not self.looks:
            self.stop.set()
        return is_connected


async def watched(street: Street, monkeypatch: pytest.MonkeyPatch) -> list[RecoveryStep]:
    monkeypatch.setattr(module, "_LOOK_EVERY_S", 0.001)
    monkeypatch.setattr(module.clock, "up_ms", lambda: street.up_ms)  # type: ignore[attr-defined]
    async with asyncio.timeout(30):
        await watch_connection(street.folder, lambda: street.settings, street.connected, street.stop)
    return street.asked


async def test_without_a_connection_step_after_step_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await watched(Street(tmp_path, ALL, *[False] * 63), monkeypatch) == ["network", "modem", "reboot"]


async def test_after_its_reboot_a_gateway_asks_for_everything_but_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await watched(Street(tmp_path, ALL, *[False] * 63), monkeypatch)
    assert await watched(Street(tmp_path, ALL, *[False] * 100), monkeypatch) == ["network", "modem", "network", "modem"]


async def test_with_a_connection_or_without_settings_nothing_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await watched(Street(tmp_path, ALL, *[True] * 100), monkeypatch) == []
    assert await watched(Street(tmp_path, None, *[False] * 100), monkeypatch) == []


async def test_what_nobody_took_before_the_start_is_withdrawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask_for(tmp_path, "reboot")
    assert await watched(Street(tmp_path, ALL, *[True] * 3), monkeypatch) == []


async def test_a_disk_that_takes_no_request_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FOLDER).write_text("in the way")
    street = Street(tmp_path / "below", ALL, *[False] * 12)
    (tmp_path / "below").write_text("no folder")
    assert await watched(street, monkeypatch) == []
    assert "can't ask for it" in caplog.text
