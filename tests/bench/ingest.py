"""CPU time of the centre per value, from MQTT to a real InfluxDB, compared with the work that no ingest can avoid, measured in the same run.

A batch contains one reading of each of 200 devices: ten 32-bit floats with noise, ten integers that drift. The reference unpacks such batches and
formats line protocol, and does nothing else. The ingest is one `gateway central --role ingest` (or two), fed over mosquitto as fast as its receipts
allow; its CPU time is the kernel's count. Runs of reference and ingest alternate; the result is the ratio of the medians.

    python -m tests.bench.ingest [--rounds 5] [--batches 400] [--json]      (the top level of the JSON is one worker without gzip)
"""

import argparse
import gzip
import json
import random
import statistics
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import paho.mqtt.client as paho
import yaml
import zstandard
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from gateway.model import batch
from gateway.model.batch import Clock
from gateway.model.canonical import FieldType
from gateway.model.messages import Receipt
from gateway.model.stream import Schema, Stream, StreamField, hash_of
from gateway.model.topics import GatewayId
from tests.bench.edge import cpu_s
from tests.system.servers import Process, free_port, gateway, influxdb, mosquitto

DEVICES, FLOATS, INTEGERS = 200, 10, 10
WINDOW = 64
_PASSES = 3
"""Runs of the reference per round: it is short, and the speed of a machine changes from second to second."""
ME = GatewayId("bench", "citelum", "gw-0001")
_T0_MS = 1_795_000_000_000
_FIELDS = (
    *(StreamField(f"field_{n}", FieldType.FLOAT) for n in range(FLOATS)),
    *(StreamField(f"field_{n}", FieldType.INT) for n in range(FLOATS, FLOATS + INTEGERS)),
)
DOCUMENT = Schema(tuple(Stream(f"qe-{n:04d}", f"m-{n}", "bench", "lighting_meter", _FIELDS, 1.0) for n in range(DEVICES))).document()

Rows = list[tuple[int, int, list[float]]]


def values_in(walked: list[Rows]) -> int:
    """Return how many values batches contain."""
    return sum(len(values) for rows in walked for _, _, values in rows)


def walk(count: int, devices: int = DEVICES) -> list[Rows]:
    """Return the rows of so many batches: a seeded random walk, the same in every run."""
    chance = random.Random(1)
    floats = [[chance.uniform(220, 240) for _ in range(FLOATS)] for _ in range(devices)]
    integers = [[chance.randint(0, 5000) for _ in range(INTEGERS)] for _ in range(devices)]
    made = []
    for _ in range(count):
        rows: Rows = []
        for device in range(devices):
            floats[device] = [value + chance.gauss(0, 0.3) for value in floats[device]]
            integers[device] = [
                value + (chance.randint(0, 3) if n % 2 else chance.randint(-20, 20)) for n, value in enumerate(integers[device])
            ]
            rows.append((device, 4 * device, [*map(_float32, floats[device]), *integers[device]]))
        made.append(rows)
    return made


def _float32(value: float) -> float:
    return float(struct.unpack(">f", struct.pack(">f", round(value, 2)))[0])


def reference(walked: list[Rows], *, zipped: bool) -> float:
    """Return the CPU time in µs per value of unpacking batches and formatting lines."""
    pack, squeeze = msgspec.msgpack.Encoder().encode, zstandard.ZstdCompressor(level=3).compress
    bodies = [squeeze(pack((1, b"epoch..8", seq, b"schema.8", _T0_MS + 1000 * seq, 0, 0, 0, rows))) for seq, rows in enumerate(walked)]
    unpack, expand = msgspec.msgpack.Decoder().decode, zstandard.ZstdDecompressor().decompress
    fields = ",".join(f"field_{n}=%r" for n in range(FLOATS + INTEGERS))
    forms = [f"lighting_meter,asset=qe-{n:04d},gateway=gw-0001,operator=citelum {fields} %d" for n in range(DEVICES)]
    begun_s = time.thread_time()
    for body in bodies:
        *_, t0_ms, _, _, _, rows = unpack(expand(body))
        lines = "\n".join([forms[stream] % (*values, t0_ms + dt) for stream, dt, values in rows]).encode()
        if zipped:
            gzip.compress(lines, 1)
    return 1e6 * (time.thread_time() - begun_s) / values_in(walked)


class Feeder:
    """A gateway that sends batches as fast as its window of unconfirmed ones allows."""

    def __init__(self, port: int) -> None:
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="feeder", protocol=MQTTProtocolVersion.MQTTv5)
        self._room = threading.Semaphore(WINDOW)
        self.confirmed = 0
        self._client.on_message = self._receipt
        self._client.max_inflight_messages_set(WINDOW)
        self._client.connect("127.0.0.1", port)
        self._client.subscribe(ME.topic("receipt"), qos=1)
        self._client.loop_start()
        self._client.publish(ME.schema_topic(hash_of(DOCUMENT)), DOCUMENT, qos=1, retain=True).wait_for_publish()

    def _receipt(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        receipt = msgspec.json.decode(message.payload, type=Receipt)
        assert not receipt.rejected, receipt
        for first, last in receipt.stored:
            self.confirmed += last - first + 1
            for _ in range(first, last + 1):
                self._room.release()

    def send(self, bodies: list[bytes]) -> None:
        """Send batches and wait until all are confirmed."""
        before = self.confirmed
        for body in bodies:
            assert self._room.acquire(timeout=60), "no receipt within 60 s"
            self._client.publish(ME.topic("data"), body, qos=1)
        until_s = time.monotonic() + 60
        while self.confirmed < before + len(bodies):
            assert time.monotonic() < until_s, f"{self.confirmed - before} of {len(bodies)} batches were confirmed"
            time.sleep(0.01)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


class Centre:
    """Broker, store and workers, and a feeder that numbers its batches through all rounds."""

    def __init__(self, folder: Path, workers: int, *, zipped: bool) -> None:
        self._broker, port = mosquitto(folder)
        self._store, url = influxdb(folder)
        described = {
            "site": "bench",
            "centre": {
                "broker": f"mqtt://127.0.0.1:{port}",
                "dead_letters": str(folder / "dead.sqlite"),
                "store": {"influx": {"url": url, "database": "street", "gzip": zipped}},
            },
        }
        self.workers: list[Process] = []
        for number in range(workers):
            described["centre"] |= {"listen": f"127.0.0.1:{free_port()}"}  # type: ignore[operator]
            site = folder / f"centre-{number}.yaml"
            site.write_text(yaml.safe_dump(described))
            worker = gateway(f"worker-{number}", folder, "central", "--role", "ingest", "--worker", f"worker-{number}", str(site))
            worker.wait_for("connected to")
            self.workers.append(worker)
        self._feeder = Feeder(port)
        self._seq = 0

    def send(self, walked: list[Rows]) -> tuple[float, float]:
        """Send batches; return the workers' CPU time in µs per value, and the values per second."""
        bodies = [self._body(rows) for rows in walked]
        self._feeder.send(bodies[:20])
        before, begun_s = self._cpu_s(), time.monotonic()
        self._feeder.send(bodies[20:])
        values = values_in(walked[20:])
        return 1e6 * (self._cpu_s() - before) / values, values / (time.monotonic() - begun_s)

    def _body(self, rows: Rows) -> bytes:
        self._seq += 1
        t0_ms = _T0_MS + 1000 * self._seq
        return batch.encode(epoch=b"epoch..8", seq=self._seq, schema=hash_of(DOCUMENT), t0_ms=t0_ms, clock=Clock.SYNCED, flags=0, floor_ms=t0_ms,
                            rows=batch.encode_rows([(*row, None) for row in rows]))  # fmt: skip

    def _cpu_s(self) -> float:
        return sum(cpu_s(worker.process.pid) for worker in self.workers)

    def close(self) -> float:
        """Stop everything; return the memory of the largest worker in MiB."""
        memory = max(worker.rss_mib for worker in self.workers)
        self._feeder.close()
        for process in (*self.workers, self._store, self._broker):
            process.stop(60)
        return memory


def measure(walked: list[Rows], rounds: int, workers: int, *, zipped: bool) -> dict[str, float]:
    """Run reference and ingest in turn; return the medians."""
    bases, products, rates = [], [], []
    with tempfile.TemporaryDirectory() as name:
        centre = Centre(Path(name), workers, zipped=zipped)
        for round_ in range(rounds):
            bases.append(statistics.median(reference(walked, zipped=zipped) for _ in range(_PASSES)))
            spent, rate = centre.send(walked)
            products.append(spent)
            rates.append(rate)
            said = f"{workers} workers, {'gzip' if zipped else 'plain'}, {round_ + 1}/{rounds}: reference {bases[-1]:.3f}, ingest {spent:.3f} µs per value"
            print(f"{said}, {rate:,.0f} values per second", file=sys.stderr, flush=True)
        memory = centre.close()
    ours, base = statistics.median(products), statistics.median(bases)
    return {"workers": workers, "us_per_point": round(ours, 3), "reference_us_per_point": round(base, 3), "ratio": round(ours / base, 2),
            "points_per_s": round(statistics.median(rates)), "rss_mib": round(memory, 1)}  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--batches", type=int, default=400)
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    walked = walk(asked.batches)
    run: Callable[..., dict[str, float]] = lambda workers, zipped: measure(walked, asked.rounds, workers, zipped=zipped)  # noqa: E731
    found = {"plain": run(1, False), "gzip": run(1, True), "plain_2_workers": run(2, False), "gzip_2_workers": run(2, True)}
    if asked.json:
        print(json.dumps(found["plain"] | found))
    else:
        for name, one in found.items():
            print(name, *(f"{key} {value}" for key, value in one.items()), sep="  ")


if __name__ == "__main__":
    main()
