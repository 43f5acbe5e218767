"""The end of an outage at workload W1 (10,000 values per second): how fast the backlog drains, and how old live data in the store is meanwhile.

    python -m tests.bench.outage [--hours 24] [--link-kbit 256] [--seconds 120] [--json]

Real gateway, mosquitto, ingest and InfluxDB, simulated devices. The backlog consists of batches that the gateway wrote in half a minute without
a broker, moved back in time and repeated. The live age is the age of the newest stored reading, taken every half second; it includes up to two
seconds for the interval of reading and that of the flush. With --link-kbit the gateway reaches its broker over a link of that speed. Without
--seconds the measurement ends when the backlog has drained.
"""

import argparse
import asyncio
import json
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import yaml

from gateway.centre.stores.influx.http import InfluxConnection, query
from gateway.centre.stores.port import StoreUnavailable
from gateway.journal.entries import JournalLimits
from gateway.journal.journal import Journal
from gateway.model import batch
from gateway.model.batch import Clock, Flag
from gateway.model.site.store import InfluxSettings
from tests.bench.edge import profile, site, start_edge
from tests.bench.floor import LINES
from tests.system.servers import free_port, gateway, influxdb, mosquitto

READINGS_A_SECOND = 600
"""200 devices with three streams each."""
_RECORD_S = 30
_SETTLE_S = 10.0
"""Time after the start in which connections are made; the live age is taken after it."""
_TICK_S = 0.5


class Outage(msgspec.Struct):
    """How an outage ended. `times_real` is how many seconds of backlog were stored per second, in addition to live data."""

    backlog_s: int
    backlog_mib: float
    link_kbit: float | None
    live_age_p50_s: float
    live_age_max_s: float
    drained_s: float
    drained_share: float
    times_real: float
    batches_missing: int | None
    edge_rss_mib: float
    ingest_rss_mib: float


class SlowLink:
    """A TCP relay of limited speed in each direction, with a buffer as small as that of a modem."""

    def __init__(self, port: int, bytes_a_second: float) -> None:
        self._port, self._bytes_a_second = port, bytes_a_second

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._port, limit=4096)
        await asyncio.gather(self._relay(reader, there_writer), self._relay(there_reader, writer))

    async def _relay(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        due_s = time.monotonic()
        try:
            while data := await source.read(1448):
                due_s = max(due_s, time.monotonic()) + len(data) / self._bytes_a_second
                await asyncio.sleep(due_s - time.monotonic())
                target.write(data)
                await target.drain()
        except ConnectionError:
            pass
        target.close()


def _write_site(folder: Path, farm: int, broker: int, listen: int) -> None:
    described = json.loads(site(folder, farm, broker, listen))
    described["uplink"]["confirm"] = "stored"
    described["journal"] |= {"max_size": "8GiB", "max_age": "30d"}
    (folder / "site.yaml").write_text(json.dumps(described))
    (folder / "w1.yaml").write_text(profile())


def make_backlog(folder: Path, hours: float) -> tuple[int, float]:
    """Fill the journal with the readings of so many hours; return the number of batches and their size in MiB."""
    edge = start_edge(folder, "uvloop")
    time.sleep(_RECORD_S)
    edge.kill_9()
    path = folder / "journal.sqlite"
    database = sqlite3.connect(path)
    # Batches with the readings of one second each; those of gaps or line quality are smaller.
    recorded = [batch.unpack(row[0]) for row in database.execute("SELECT body FROM batches WHERE readings = 600 ORDER BY id")]
    (schema,) = {one.schema for one in recorded}
    document = database.execute("SELECT document FROM schemas WHERE hash = ?", (schema,)).fetchone()[0]
    database.close()
    path.unlink()
    seconds, started_ms = int(3600 * hours), time.time_ns() // 1_000_000 - 120_000
    now_ms = [0]
    journal = Journal(path, JournalLimits(8 << 30, 1e9, 1e9), lambda: now_ms[0])
    journal.file.database.execute("PRAGMA synchronous = OFF")
    journal.keep_schema(schema, document)
    for second in range(seconds):
        now_ms[0] = started_ms - 1000 * (seconds - second)
        rows = bytes(recorded[second % len(recorded)].rows)
        journal.append(schema=schema, t0_ms=now_ms[0] - 1000, clock=Clock.SYNCED, flags=Flag(0), readings=READINGS_A_SECOND, rows=rows)
        if second % 3600 == 3599:
            print(f"{(second + 1) // 3600} hours of backlog written", file=sys.stderr, flush=True)
    size = journal.retention.bytes / 2**20
    journal.close()
    return seconds, size


def stored_readings(port: int) -> float:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        found = re.search(r"^street_ingest_readings_total (\S+)$", answer.read().decode(), re.MULTILINE)
    assert found
    return float(found[1])


def live_age_s(connection: InfluxConnection) -> float:
    """Return the age of the newest stored reading of one device."""
    try:
        series = query(connection, "street", 'SELECT last("voltage_l1") FROM "lighting_meter" WHERE asset = \'a0-1\'')
    except StoreUnavailable:
        return float("inf")
    return time.time() - series[0]["values"][0][0] / 1000 if series else float("inf")


def numbers_missing(connection: InfluxConnection, batches: int) -> int:
    """Return how many batches of the backlog the store lacks."""
    (series,) = query(connection, "street", 'SELECT "seq", "epoch_high", "epoch_low" FROM "uplink"')
    return batches - max(Counter((high, low) for _, _, high, low in series["values"]).values())


def watch(connection: InfluxConnection, metrics: int, seconds: int, limit_s: float | None) -> Iterator[tuple[float, float, float]]:
    """Yield time, live age and remaining backlog in seconds, until the backlog has drained or the time is over."""
    begun_s = time.monotonic()
    left = 1.0
    while left > 0 and (limit_s is None or time.monotonic() - begun_s < limit_s):
        time.sleep(_TICK_S)
        passed_s = time.monotonic() - begun_s
        # Live readings are stored too: those of the seconds that have passed.
        left = seconds - stored_readings(metrics) / READINGS_A_SECOND + passed_s
        yield passed_s, live_age_s(connection), left


def measure(folder: Path, hours: float, link_kbit: float | None, limit_s: float | None, link_port: int | None) -> Outage:
    """Write the backlog, start everything, and watch it drain."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.farm", str(LINES)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as farm:
        assert farm.stdout is not None
        farm_port = int(farm.stdout.readline())
        listen, metrics, broker_port = free_port(), free_port(), free_port()
        _write_site(folder, farm_port, link_port or broker_port, listen)
        seconds, mib = make_backlog(folder, hours)
        broker, broker_port_ = mosquitto(folder)
        store, url = influxdb(folder)
        (folder / "site.yaml").write_text((folder / "site.yaml").read_text().replace(f":{broker_port}", f":{broker_port_}"))
        (folder / "port").write_text(str(broker_port_))
        (folder / "centre.yaml").write_text(yaml.safe_dump({"site": "bench", "centre": {
            "broker": f"mqtt://127.0.0.1:{broker_port_}", "listen": f"127.0.0.1:{metrics}", "dead_letters": str(folder / "dead.sqlite"), "store": {"influx": {"url": url, "database": "street"}}}}))  # fmt: skip
        ingest = gateway("centre", folder, "central", str(folder / "centre.yaml"))
        ingest.wait_for("connected to")
        edge = start_edge(folder, "uvloop")
        edge.wait_for("connected to")
        connection = InfluxConnection(InfluxSettings(url=url, database="street"))
        samples = []
        for sample in watch(connection, metrics, seconds, limit_s):
            samples.append(sample)
            if len(samples) % 20 == 0:
                print("{:.0f} s: live data {:.1f} s old, {:.0f} s of backlog left".format(*sample), file=sys.stderr, flush=True)
        passed_s, _, left = samples[-1]
        ages = [age for at_s, age, _ in samples if at_s > _SETTLE_S]
        memory = edge.rss_mib, ingest.rss_mib
        missing = None
        if left <= 0:
            edge.stop(60)
            missing = numbers_missing(connection, seconds)
        for process in (ingest, store, broker):
            process.stop(60)
        farm.terminate()
    done = seconds - max(0.0, left)
    return Outage(seconds, round(mib, 1), link_kbit, round(statistics.median(ages), 2), round(max(ages), 2), round(passed_s, 1),
                  round(done / seconds, 4), round(done / passed_s, 2), missing, round(memory[0], 1), round(memory[1], 1))  # fmt: skip


async def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--hours", type=float, default=24)
    options.add_argument("--link-kbit", type=float)
    options.add_argument("--seconds", type=float)
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        port = None
        if asked.link_kbit:

            async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await SlowLink(int((folder / "port").read_text()), asked.link_kbit * 125).talk(reader, writer)

            server = await asyncio.start_server(relay, "127.0.0.1", 0, limit=4096)
            port = server.sockets[0].getsockname()[1]
        found = await asyncio.to_thread(measure, folder, asked.hours, asked.link_kbit, asked.seconds, port)
    print(msgspec.json.encode(found).decode() if asked.json else found)


if __name__ == "__main__":
    asyncio.run(main())
