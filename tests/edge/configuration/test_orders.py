"""Configurations of the centre, with a real broker, certificates and the command: checked, confirmed by the uplink, or undone."""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.config.site_file import load_site
from gateway.edge import gateway as composition
from gateway.edge.configuration import orders
from gateway.host import clock
from gateway.host.mqtt import Broker
from gateway.model.messages import ConfigurationOutcome
from gateway.model.topics import GatewayId
from gateway.staging.yaml_edit import change_device, set_key
from gateway.trust.order_sending import send_order
from gateway.trust.orders import signed_order
from tests.cli.command_line import run
from tests.edge.configuration.changing import running_from
from tests.system.servers import free_port
from tests.trust.broker import SiteAuthority, SiteBroker

pytestmark = pytest.mark.system

ME = GatewayId("prato", "citelum", "gw-1")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[SiteBroker]:
    made = SiteBroker(tmp_path, {"gateways": {"citelum": ["gw-1"]}})
    yield made
    made.stop()


def written(folder: Path, broker: SiteBroker, identity: Path) -> Path:
    """Write the site file of a gateway whose batches the broker confirms."""
    tls = f"{{ca: {identity.with_name('authority.pem')}, cert: {identity}, key: {identity}}}"
    path = folder / "gw-1.yaml"
    path.write_text(
        "# kiosk 7\nsite: prato\noperator: citelum\ngateway: gw-1\n"
        f'uplink: {{broker: "mqtts://127.0.0.1:{broker.tls}", confirm: broker, flush: 1s, clock_wait: 0s, tls: {tls}}}\n'
        f"listen: 127.0.0.1:0\njournal: {{path: {folder}/edge/journal.sqlite}}\nassets: {{roof: {{}}}}\n"
        f"lines:\n  - id: air\n    tcp: 127.0.0.1:{free_port()}\n    devices:\n      - {{id: first, profile: xy_md02, asset: roof, every: 1s}}  # why\n"
    )
    (folder / "edge").mkdir()
    return path


async def configured(folder: Path, text: str, authority: Path, broker: SiteBroker, *more: str) -> tuple[int, list[dict[str, Any]]]:
    """Send a text with the command. Return its exit code and what it said."""
    (folder / "new.yaml").write_text(text)
    arguments = (
        "fleet",
        "configure",
        "citelum/gw-1",
        "new.yaml",
        "--centre",
        str(broker.site),
        "--authority",
        str(authority),
        "--wait",
        "60",
        "--json",
    )
    done: subprocess.CompletedProcess[str] = await asyncio.to_thread(run, *arguments, *more, cwd=folder)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


async def test_orders_are_checked_tried_confirmed_or_undone_and_never_followed_twice(
    broker: SiteBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composition, "_DRAIN_S", 0.01)
    site = SiteAuthority(tmp_path / "authority", broker)
    path = written(tmp_path, broker, site.identity(ME.user))
    broker.start()
    before = path.read_text()
    text = change_device(before, "first", {"every": 2.0})
    async with running_from(path) as (gateway, _), asyncio.timeout(240):
        while not gateway._uplink.session.mqtt.state.connected:
            await asyncio.sleep(0.05)
        code, said = await configured(tmp_path, text, site.folder, broker, "--dry-run")
        assert (code, [one["state"] for one in said], said[0]["differences"]) == (0, ["checked"], ["device first every: 1s → 2s"])
        assert path.read_text() == before
        code, said = await configured(tmp_path, text, site.folder, broker)
        assert (code, [one["state"] for one in said]) == (0, ["on trial", "confirmed"])
        assert path.read_text() == text
        # An order that was recorded, and sent again.
        order = signed_order(site.authority, ME.user, gateway_number(path), before, apply=True)
        (refused,) = await outcomes(broker, order)
        assert (refused.state, "not newer" in refused.reason) == ("refused", True)
        unsigned = msgspec.structs.replace(order, number=clock.now_ms())
        (refused,) = await outcomes(broker, unsigned)
        assert "not signed by the site's authority" in refused.reason
        # A configuration that cuts the uplink.
        monkeypatch.setattr(orders, "_TRIAL_S", 5.0)
        cut = set_key(text, "uplink.broker", f"mqtts://127.0.0.1:{free_port()}")
        code, said = await configured(tmp_path, cut, site.folder, broker)
        assert (code, said[-1]["state"], said[-1]["reason"]) == (1, "undone", "the uplink did not work with it")
        assert path.read_text() == text


def gateway_number(path: Path) -> int:
    """Return the number of the newest order that a gateway has followed."""
    return int(json.loads((path.parent / "edge" / "configuration" / "ledger.json").read_text())["newest_order"])


async def outcomes(broker: SiteBroker, order: Any) -> list[ConfigurationOutcome]:
    centre = load_site(broker.site).centre
    assert centre is not None
    settings = centre.settings
    return [one async for one in send_order(ME, Broker(settings.broker, settings.tls, settings.login), order, 60.0)]
