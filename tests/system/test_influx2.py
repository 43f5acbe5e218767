"""The centre before InfluxDB 2.x has what its site file names, against a double of its API."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from gateway.centre.dead_letters import DeadLetters
from gateway.centre.ingest.role import IngestRole
from gateway.centre.role import RoleContext
from gateway.centre.stores.influx.setup import setup_of
from gateway.model.batch import Clock, encode, encode_rows
from gateway.model.messages import Receipt
from gateway.model.site.centre import CentreSettings
from gateway.model.site.store import InfluxSettings, RetentionSettings, StoreSettings
from gateway.model.stream import hash_of
from tests.centre.stores.doubles import served
from tests.centre.stores.influx2 import Influx2
from tests.rows import Row
from tests.system.peer import Peer, until
from tests.system.test_self_audit import DOCUMENT, ME

pytestmark = pytest.mark.system
T = 1_795_400_120_000


@pytest.fixture
def influx2() -> Iterator[SimpleNamespace]:
    yield from served(Influx2, token="a-token", org="prato", readable=True, buckets=[], tasks=[], dbrps=[], lines={}, asked=[])


async def test_batches_wait_until_the_bucket_exists_and_none_becomes_a_dead_letter(
    influx2: SimpleNamespace, broker: str, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("a-token")
    (tmp_path / "token").chmod(0o600)
    influx = InfluxSettings(url=influx2.url, api="v2", org="prato", token_file=str(tmp_path / "token"))
    described = CentreSettings(broker=broker, store=StoreSettings(influx=influx), dead_letters=str(tmp_path / "dead.sqlite"))
    role = IngestRole(RoleContext("prato", described))
    stop = asyncio.Event()
    running = asyncio.create_task(role.run(stop))
    peer = await Peer(broker, ME.topic("receipt")).start()
    await until("the worker", lambda: role.health()["connected"])
    await peer.say(ME.schema_topic(hash_of(DOCUMENT)), DOCUMENT, retain=True)
    rows = encode_rows((Row(0, 0, [55.5]), Row(1, 1, [7])))
    body = encode(epoch=b"epoch..8", seq=1, schema=hash_of(DOCUMENT), t0_ms=T, clock=Clock.SYNCED, flags=0, floor_ms=T, rows=rows)
    await peer.say(ME.topic("data"), body)
    await until("refused writes", lambda: sum(path.startswith("/api/v2/write") for _, path in influx2.asked) >= 2)
    assert peer.on("receipt") == []
    setup = setup_of(influx, RetentionSettings(), "UTC")
    for step in await asyncio.to_thread(lambda: list(setup.steps())):
        await asyncio.to_thread(setup.do, step)
    setup.close()
    await until("the receipt", lambda: peer.on("receipt"))
    assert msgspec.json.decode(peer.on("receipt")[0].payload, type=Receipt).stored == [(1, 1)]
    assert {"noise", "traffic", "uplink"} <= {head.split(",")[0] for head, _ in influx2.lines}
    letters = DeadLetters(tmp_path / "dead.sqlite")
    assert list(letters.letters()) == []
    letters.close()
    stop.set()
    await running
    await peer.mqtt.stop()
