"""The role `firmware` on a real broker: it hears gateways, gives orders, publishes what it does, and sends files of the repository."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from firmware_tools.rollout.terms import RolloutTerms
from firmware_tools.rollout.windows import NightWindow
from gateway.centre.firmware import role as role_module
from gateway.centre.firmware.file import RolloutFile
from gateway.centre.firmware.role import FirmwareRole
from gateway.centre.role import RoleContext
from gateway.host import clock
from gateway.model import topics
from gateway.model.messages import FirmwareAnswer, FirmwareIdentification, FirmwareOrder, RolloutsMessage
from gateway.model.site.centre import CentreSettings, RolloutSettings
from gateway.model.site.store import HistorySettings, StoreSettings
from gateway.model.stream import hash_of
from gateway.model.topics import GatewayId
from tests.centre.firmware.test_inventory import DOCUMENT, NAME
from tests.firmware_tools.rollout.rollouts import RELEASE, known, rollout
from tests.system.peer import Peer, until
from tests.system.servers import mosquitto

ME = GatewayId("prato", "citelum", "gw-1")
SOON_S = 30.0
ALWAYS = RolloutTerms(NightWindow(0, 0, "UTC"), canaries=1, settle_s=0.0, watch_s=0.0)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    process, port = mosquitto(tmp_path_factory.mktemp("broker"))
    yield f"mqtt://127.0.0.1:{port}"
    process.stop()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(role_module, "_TICK_S", 0.05)
    monkeypatch.setattr(role_module, "_SEES_AFTER_S", 0.5)


@asynccontextmanager
async def running(broker: str, folder: Path, repository: Path | None = None) -> AsyncIterator[FirmwareRole]:
    store = StoreSettings(history=HistorySettings(path=str(folder / "history.sqlite")))
    firmware = None if repository is None else RolloutSettings(repository=str(repository), root="unused")
    centre = CentreSettings(broker=broker, store=store, dead_letters=str(folder / "dead.sqlite"), firmware=firmware)
    role, stop = FirmwareRole(RoleContext("prato", centre)), asyncio.Event()
    task = asyncio.create_task(role.run(stop))
    await until("the connection", lambda: role.health()["rollouts_connected"], SOON_S)
    yield role
    stop.set()
    await task


async def test_a_roll_out_goes_from_its_request_over_a_gateway_to_its_end(broker: str, tmp_path: Path) -> None:
    peer = await Peer(broker, ME.device_topic("cmd"), topics.rollouts("prato")).start()
    await peer.say(ME.topic("state"), b'{"state":"online"}', retain=True)
    await peer.say(ME.schema_topic(b"12345678"), b"damaged", retain=True)
    async with running(broker, tmp_path) as role:
        await peer.say("prato/v1/citelum/city/relay/pl-1", b"{")
        file = RolloutFile(tmp_path / "rollouts.sqlite")
        made = rollout([known("gw-1", "relay-7")], ALWAYS, clock.now_ms())
        number = file.request("start", "", "anna", clock.now_ms(), msgspec.msgpack.encode(made))
        await until("the order", lambda: peer.on("relay-7"), SOON_S)
        order = msgspec.json.decode(peer.on("relay-7")[0].payload, type=FirmwareOrder)
        assert (order.order, order.action, order.target) == (f"r{number}-0-1", "update", made.target.path)
        found = FirmwareIdentification("bus", 1.0, version=RELEASE.version)
        await peer.say(ME.device_topic("ack", "relay-7"), FirmwareAnswer(order.order, "succeeded", found=found))
        await until("the update", lambda: role.manager.book.rollouts[0].devices[0].updated_ms, SOON_S)
        assert role.health()["rollouts_open"] == 1
        assert file.answer_to(number) == (True, None)
        names = {metric.name for metric in role.samples()}
        assert names >= {"street_rollouts_open", "street_rollouts_devices", "street_rollouts_orders"}
        published = [
            msgspec.json.decode(one.payload, type=RolloutsMessage) for one in peer.received if one.topic == topics.rollouts("prato")
        ]
        assert published[0].v == 1
        assert [one.id for one in published[-1].rollouts] == [f"r{number}"]
        assert not role.stuck()
    await peer.say(ME.topic("state"), b"", retain=True)
    await peer.mqtt.stop()


async def test_devices_are_known_from_schema_documents_and_files_are_sent(broker: str, tmp_path: Path) -> None:
    repository = tmp_path / "published"
    (repository / "metadata").mkdir(parents=True)
    (repository / "metadata" / "timestamp.json").write_bytes(b"{}")
    peer = await Peer(broker, ME.topic("piece")).start()
    async with running(broker, tmp_path, repository) as role:
        await peer.say(ME.schema_topic(hash_of(DOCUMENT)), DOCUMENT, retain=True)
        await until("the device", lambda: NAME in role.manager.inventory.devices, SOON_S)
        await peer.say(ME.topic("fetch"), {"request": 1, "name": "metadata/timestamp.json", "offset": 0, "size": 100})
        await until("the file", lambda: peer.on("piece"), SOON_S)
        assert peer.on("piece")[0].payload.endswith(b"{}")
    await peer.say(ME.schema_topic(hash_of(DOCUMENT)), b"", retain=True)
    await peer.mqtt.stop()
    assert [one.name for one in RolloutFile(tmp_path / "rollouts.sqlite").known()] == [NAME]
