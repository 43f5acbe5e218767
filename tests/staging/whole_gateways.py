"""Whole gateways: killed while they change their configuration, and counted while others' lines change."""

import asyncio
import contextlib
import http.client
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NamedTuple

from gateway.cli.local import LocalError, LocalGateway, find
from gateway.config.site_file import load_site
from gateway.journal import inspect
from gateway.model.site.lines import DeviceSettings
from gateway.staging.configuration import Configuration
from gateway.staging.yaml_edit import add_device, change_device, remove_device, set_key
from gateway.web.technician.config_routes import StagedText, StagedView, TrialView, WantedChange
from tests.profiles.register_facts import FACTS, FactDevice
from tests.system.servers import Process, gateway

_SITE = """\
# Prato, kiosk 7
site: prato
operator: citelum
gateway: gw-1
uplink: {{broker: "mqtt://127.0.0.1:9", clock_wait: 0s, flush: 1s}}
listen: 127.0.0.1:0
journal: {{path: {folder}/journal.sqlite}}
lines:
  - id: kept   # nobody touches this line
    tcp: {kept}
    devices:
      - {{id: kept-1, profile: xy_md02, unit: 1, asset: roof, every: 1s}}
  - id: other
    tcp: {other}
    devices:
      - {{id: other-1, profile: xy_md02, unit: 1, asset: yard, every: 1s}}   # may change
"""


class KeptTicks(NamedTuple):
    """What the line that nobody changed did meanwhile: ticks due by its readings, those without a reading, and those it counts as missed."""

    changes: int
    ticks: int
    without_reading: int
    missed: int


@contextlib.asynccontextmanager
async def site_in(folder: Path) -> AsyncIterator[Path]:
    """Write the site file of a gateway of two lines with simulated devices."""
    folder.mkdir(parents=True, exist_ok=True)
    devices = [FactDevice(seed) for seed in (1, 2)]
    for device in devices:
        for fact in FACTS:
            if fact.profile == "xy_md02":
                device.put(fact, [215] * fact.registers)
    async with contextlib.AsyncExitStack() as stack:
        addresses = []
        for device in devices:
            server, address = await device.serve()
            addresses.append(address)
            await stack.enter_async_context(server)
        path = folder / "site.yaml"
        path.write_text(_SITE.format(folder=folder, kept=addresses[0], other=addresses[1]))
        yield path


def local_of(site: Path) -> LocalGateway | None:
    """Return the gateway that runs with a site file."""
    edge = load_site(site).edge
    assert edge is not None
    return find(edge)


def started(site: Path, *, killed_at: int = 0) -> Process:
    """Start the gateway and wait until commands reach it."""
    if killed_at:
        process = Process("gateway", site.parent, sys.executable, "-m", "tests.staging.killed_gateway", str(killed_at), str(site))
    else:
        process = gateway("gateway", site.parent, "run", str(site))
    process.wait_for("reads ")
    return process


def changed(site: Path, text: str, why: str) -> None:
    """Stage and apply a text on the running gateway, and confirm it."""
    local = local_of(site)
    assert local is not None
    staged = local.post("/api/config/stage", StagedText(text), StagedView)
    assert not staged.problems, staged.problems
    local.post("/api/config/apply", WantedChange(why), TrialView)
    local.post("/api/config/confirm", {})


async def killed_at(folder: Path, step: int) -> str | None:
    """Kill a gateway at a step of a change. Return what is wrong after its next start, None if nothing is."""
    async with site_in(folder) as site:
        old = site.read_text()
        new = change_device(old, "other-1", {"every": 2.0})
        process = await asyncio.to_thread(started, site, killed_at=step)
        with contextlib.suppress(LocalError, OSError, http.client.HTTPException):
            await asyncio.to_thread(changed, site, new, "a trial")
        was_killed = await asyncio.to_thread(_ended, process)
        again = await asyncio.to_thread(started, site)
        try:
            return await asyncio.to_thread(_wrong, site, old, new) if was_killed else "it was not killed"
        finally:
            await asyncio.to_thread(again.stop)


def _ended(process: Process) -> bool:
    """Return whether a process was killed; one that goes on is stopped."""
    try:
        return process.process.wait(3) == -9
    except Exception:  # noqa: BLE001 — it goes on
        process.stop()
        return False


def _wrong(site: Path, old: str, new: str) -> str | None:
    text, local = site.read_text(), local_of(site)
    if text not in (old, new):
        return "the site file has a mixture"
    if local is None:
        return "the gateway does not run"
    if Configuration(site, site.parent).ledger.trial is not None or text == new:
        local.post("/api/config/undo", WantedChange("after the kill"))
    if site.read_text() != old:
        return "undo did not bring the old text back"
    return None


async def kept_ticks(folder: Path, changes: int) -> KeptTicks:
    """Change the other line, and the uplink, again and again. Return what the kept line did meanwhile."""
    async with site_in(folder) as site:
        process = await asyncio.to_thread(started, site)
        first = site.read_text()
        extra = DeviceSettings(id="other-2", profile="xy_md02", unit=2, asset="yard", every=2.0)
        steps: list[Callable[[str], str]] = [
            lambda text: change_device(text, "other-1", {"every": 2.0}),
            lambda text: add_device(text, "other", extra),
            lambda text: set_key(text, "uplink.broker", "mqtt://127.0.0.1:8"),
            lambda text: remove_device(text, "other-2"),
            lambda _text: first,
        ]
        await asyncio.sleep(3)
        for number in range(changes):
            await asyncio.to_thread(changed, site, steps[number % len(steps)](site.read_text()), f"change {number}")
            await asyncio.sleep(1.5)
        local = local_of(site)
        assert local is not None
        state = await asyncio.to_thread(local.get, "/api/state")
        missed = next(line["missed"] for line in state["lines"] if line["id"] == "kept")
        assert await asyncio.to_thread(process.stop) == 0
        times_ms = _times_of(folder / "journal.sqlite", "kept-1")
    due = round((times_ms[-1] - times_ms[0]) / 1000) + 1
    return KeptTicks(changes, due, due - len(times_ms), missed)


def _times_of(journal: Path, device: str) -> list[int]:
    """Return the times at which a device was read."""
    found = [
        row for row in inspect.rows(journal) if row.stream.device == device and row.stream.measurement not in ("gateway", "completeness")
    ]
    return sorted({row.t_ms for row in found})
