"""A cluster of VictoriaMetrics behind one address: written to and read at two paths, through vmauth. `test_readers` has its contract."""

import asyncio
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from gateway.centre.ingest.role import IngestRole
from gateway.centre.role import RoleContext
from gateway.centre.stores.factory import open_reader
from gateway.centre.stores.influx.writer import InfluxStore
from gateway.centre.stores.port import Span, StoreUnavailable
from gateway.model.site.centre import CentreSettings
from gateway.model.site.connection import LoginSettings
from gateway.model.site.store import StoreSettings
from gateway.model.stream import hash_of
from tests.centre.readings import ROWS, T, write
from tests.system.peer import Peer, until
from tests.system.store_cluster import PASSWORD, StoreCluster
from tests.system.test_self_audit import DOCUMENT, ME, MEMORY, PACE, Centre

pytestmark = pytest.mark.system


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[StoreCluster]:
    made = StoreCluster(tmp_path)
    yield made
    made.stop()


def test_readings_are_written_and_read_at_the_paths_of_the_cluster(cluster: StoreCluster) -> None:
    store = InfluxStore(cluster.settings)
    assert write(store, *ROWS) == []
    store.close()
    urllib.request.urlopen(f"{cluster.storage_url}/internal/force_flush", timeout=10).close()
    reader = open_reader(StoreSettings(influx=cluster.settings))
    (lamp,) = reader.select("lamp", ["dim_level"], {"asset": "pl-1"}, Span(T, T + 10))
    reader.close()
    assert [(t_ms, values) for t_ms, values in lamp.points] == [(T + 5, (70,))]


def test_a_wrong_login_or_path_is_a_store_that_is_unavailable_and_never_bad_data(cluster: StoreCluster, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("wrong")
    (tmp_path / "wrong").chmod(0o600)
    right = cluster.settings
    wrong_login = msgspec.structs.replace(right, login=LoginSettings(user="street", password_file=str(tmp_path / "wrong")))
    wrong_paths = [msgspec.structs.replace(right, url=cluster.url + path) for path in ("", "/insert/0/prometheus")]
    for settings in (wrong_login, *wrong_paths):
        store = InfluxStore(settings)
        with pytest.raises(StoreUnavailable, match="check 'url', 'api', 'database' and 'org'") as error:
            write(store, *ROWS)
        store.close()
        assert "c3RyZWV0" not in str(error.value), "no part of the login is in a message"
        assert PASSWORD not in str(error.value)


async def test_what_the_cluster_confirmed_and_never_stored_is_restored_by_the_audit(
    cluster: StoreCluster, broker: str, tmp_path: Path
) -> None:
    described = CentreSettings(broker=broker, store=StoreSettings(influx=cluster.settings), dead_letters=str(tmp_path / "dead.sqlite"))
    role = IngestRole(RoleContext("prato", described), MEMORY, PACE)
    stop = asyncio.Event()
    running = asyncio.create_task(role.run(stop))
    peer = await Peer(broker, ME.topic("receipt"), ME.topic("ask")).start()
    await until("the worker", lambda: role.health()["connected"])
    await peer.say(ME.schema_topic(hash_of(DOCUMENT)), DOCUMENT, retain=True)
    centre = Centre("victoria", tmp_path, cluster.storage, role, cluster.settings, peer)
    answering = asyncio.create_task(centre.answer_asks())
    cluster.forget(forgets=True)
    await centre.send(wait=False)
    assert cluster.forget(forgets=False) > 0
    await until("the repair", lambda: centre.audit()["repaired"] and not centre.audit()["missing"], 60)
    await centre.complete()
    answering.cancel()
    stop.set()
    await running
    await peer.mqtt.stop()
