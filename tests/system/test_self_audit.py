"""Stores that confirm and forget: the centre notices by itself, and the gateway sends again what its journal has."""

import asyncio
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import msgspec
import pytest

from gateway.centre.ingest.role import IngestRole
from gateway.centre.role import RoleContext
from gateway.centre.self_audit.ledger import LedgerSettings
from gateway.centre.self_audit.verdicts import AuditPace
from gateway.centre.stores.factory import open_reader
from gateway.centre.stores.port import Span
from gateway.host.clock import now_ms
from gateway.model.batch import Clock, encode, encode_rows
from gateway.model.canonical import FieldType
from gateway.model.messages import Ask
from gateway.model.site.centre import CentreSettings
from gateway.model.site.store import InfluxSettings, StoreSettings
from gateway.model.stream import Schema, Stream, StreamField, hash_of
from gateway.model.topics import GatewayId
from tests.rows import Row
from tests.system.peer import Peer, until
from tests.system.servers import Process, influxdb, victoria

pytestmark = pytest.mark.system
ME = GatewayId("prato", "citelum", "gw-1")
DOCUMENT = Schema(
    (
        Stream("st-1", "ear", "test", "noise", (StreamField("las", FieldType.FLOAT, "dB[SPL]{A}"),), 1.0),
        Stream("pl-1", "eye", "test", "traffic", (StreamField("vehicle_count_total", FieldType.INT, "{count}"),), 1.0),
    )
).document()
PART_MS = 10_000
MEMORY = LedgerSettings(part_ms=PART_MS, settle_ms=1000)
PACE = AuditPace(tick_s=0.2, again_ms=1000, ask_again_ms=1500, asks=2)
BATCHES, A_BATCH = 8, 5


class Centre:
    """A running ingest, and a gateway that sends again what it is asked for, as long as its journal has it."""

    def __init__(self, kind: str, folder: Path, store: Process, role: IngestRole, settings: InfluxSettings, peer: Peer) -> None:
        self.kind, self.folder, self.store, self.role = kind, folder, store, role
        self.url, self._settings, self._peer = settings.url, StoreSettings(influx=settings), peer
        self.journal: list[tuple[int, bytes]] = []
        # VictoriaMetrics counts nothing that is less than a minute old.
        self.first_ms = (now_ms() - 180_000) // PART_MS * PART_MS

    async def send(self, *, wait: bool = True) -> None:
        """Send batches that lie in two parts, and wait until all are confirmed, and visible in the store."""
        for seq in range(BATCHES):
            t0_ms = self.first_ms + 2000 * seq
            rows = [Row(n % 2, 100 * n, [50.5 + n if n % 2 == 0 else n]) for n in range(A_BATCH)]
            body = encode(epoch=b"epoch..8", seq=seq, schema=hash_of(DOCUMENT), t0_ms=t0_ms, clock=Clock.SYNCED, flags=0,
                          floor_ms=t0_ms, rows=encode_rows(rows))  # fmt: skip
            self.journal.append((t0_ms, body))
            await self._peer.say(ME.topic("data"), body)
        await until("the receipts", lambda: self.role.health()["batches"] == BATCHES)
        if wait:
            await self.complete()

    def kill_store(self) -> None:
        """Kill the store, and start it again on its data."""
        self.store.kill_9()
        self.store, _ = victoria(self.folder, int(self.url.rpartition(":")[2]))

    async def answer_asks(self) -> None:
        """Send again what is asked for, until cancelled."""
        answered = 0
        while True:
            asks = self._peer.on("ask")
            for message in asks[answered:]:
                ask = msgspec.json.decode(message.payload, type=Ask)
                for t0_ms, body in self.journal:
                    if ask.since_ms is not None and ask.since_ms <= t0_ms < (ask.until_ms or t0_ms + 1):
                        await self._peer.say(ME.topic("data"), body)
            answered = len(asks)
            await asyncio.sleep(0.05)

    def stored(self) -> int:
        """Return how many values the store has."""
        reader = open_reader(self._settings)
        span = Span(self.first_ms, self.first_ms + 2 * PART_MS)
        fields = {"noise": ["las"], "traffic": ["vehicle_count_total"], "uplink": ["seq"]}
        found = sum(len(one.points) for measurement, names in fields.items() for one in reader.select(measurement, names, {}, span))
        reader.close()
        return found

    def gaps(self) -> dict[float, str]:
        """Return the reason of each gap that is recorded of the gateway, by its end in seconds since 1970."""
        reader = open_reader(self._settings)
        where, span = {"operator": ME.operator, "gateway": ME.gateway}, Span(self.first_ms, now_ms())
        points = [point.values for one in reader.select("gap", ["to_time", "reason"], where, span) for point in one.points]
        reader.close()
        return {to_s: str(reason) for to_s, reason in points if isinstance(to_s, int | float)}

    async def complete(self) -> None:
        await until("all values in the store", lambda: self.stored() == BATCHES * (A_BATCH + 1), 60)

    async def lose(self, measurement: str | None) -> None:
        """Let the store lose one measurement, or everything."""
        if self.kind == "influx":
            statement = "DROP DATABASE street" if measurement is None else f'DROP MEASUREMENT "{measurement}"'
            address = f"{self.url}/query?{urlencode({'db': 'street', 'q': statement})}"
        else:
            name = ".+" if measurement is None else f"{measurement}_.+"
            chosen = urlencode({"match[]": f"{{__name__=~'{name}'}}"})
            address = f"{self.url}/api/v1/admin/tsdb/delete_series?{chosen}"
        await asyncio.to_thread(lambda: urllib.request.urlopen(urllib.request.Request(address, method="POST"), timeout=10).close())

    def audit(self) -> dict[str, int]:
        report = self.role.health()["audit"]
        assert isinstance(report, dict)
        return report


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def centre(kind: str, broker: str, tmp_path: Path) -> AsyncIterator[Centre]:
    store, url = (influxdb if kind == "influx" else victoria)(tmp_path)
    settings = InfluxSettings(url=url, api="v1" if kind == "influx" else "victoria")
    described = CentreSettings(broker=broker, store=StoreSettings(influx=settings), dead_letters=str(tmp_path / "dead.sqlite"))
    role = IngestRole(RoleContext("prato", described), MEMORY, PACE)
    stop = asyncio.Event()
    running = asyncio.create_task(role.run(stop))
    peer = await Peer(broker, ME.topic("receipt"), ME.topic("ask")).start()
    await until("the worker", lambda: role.health()["connected"])
    await peer.say(ME.schema_topic(hash_of(DOCUMENT)), DOCUMENT, retain=True)
    made = Centre(kind, tmp_path, store, role, settings, peer)
    yield made
    stop.set()
    await running
    await peer.mqtt.stop()
    made.store.stop()


@pytest.mark.parametrize(
    ("kind", "lost"), [("influx", None), ("influx", "noise"), ("influx", "uplink"), ("victoria", "noise")], indirect=["kind"]
)
async def test_what_a_store_loses_after_it_confirmed_is_restored_by_itself(centre: Centre, lost: str | None) -> None:
    await centre.send()
    answering = asyncio.create_task(centre.answer_asks())
    await centre.lose(lost)
    await until("the audit", lambda: centre.audit()["asked"], 30)
    await centre.complete()
    await until("the repair", lambda: centre.audit()["repaired"] and not centre.audit()["missing"], 30)
    assert centre.role.health()["alarms"] == []
    answering.cancel()


@pytest.mark.parametrize("kind", ["influx"], indirect=True)
async def test_what_no_journal_has_any_more_becomes_an_alarm(centre: Centre) -> None:
    await centre.send()
    await centre.lose("noise")
    await until("the end of the requests", lambda: centre.audit()["unrecoverable"] == 2, 60)
    await until("the gaps of both parts", lambda: len(centre.gaps()) == 2, 60)
    assert set(centre.gaps()) == {(centre.first_ms + number * PART_MS) / 1000 for number in (1, 2)}
    assert all("did not come again" in reason for reason in centre.gaps().values())
    assert centre.audit()["asked"] >= 2
    assert any("did not come again" in alarm for alarm in centre.role.health()["alarms"])  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["victoria"], indirect=True)
async def test_what_a_killed_store_had_confirmed_but_not_written_is_restored_by_itself(centre: Centre) -> None:
    await centre.send(wait=False)
    answering = asyncio.create_task(centre.answer_asks())
    await asyncio.to_thread(centre.kill_store)
    await until("the repair", lambda: centre.audit()["repaired"] and not centre.audit()["missing"], 60)
    await centre.complete()
    answering.cancel()
