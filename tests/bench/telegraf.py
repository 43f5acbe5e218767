"""CPU time per value of the edge and of the centre, compared with Telegraf on the same work in the same run.

`edge`: workload W1 of `tests.bench.edge`. Telegraf uses inputs.modbus and outputs.mqtt (line protocol, one message per flush), once with its buffer
in memory and once on disk. Telegraf waits for the broker alone; so does the edge here, which also writes its journal.

`centre`: the batches of `tests.bench.ingest` into InfluxDB. Telegraf uses inputs.mqtt_consumer (line protocol) and outputs.influxdb. It
acknowledges a message once it is written, as the ingest does.

The tests don't install Telegraf: build or download it, and pass its path. Its sources (v1.39.0 here) need Go:

    go build -tags "custom,inputs.modbus,inputs.mqtt_consumer,outputs.mqtt,outputs.influxdb,parsers.influx,serializers.influx" ./cmd/telegraf
    python -m tests.bench.telegraf edge|centre /path/to/telegraf [--rounds 3] [--json]
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from gateway.centre.stores.influx.http import InfluxConnection, query
from gateway.model.site.store import InfluxSettings
from tests.bench.edge import VALUES_A_READ, cpu_s, product
from tests.bench.floor import LINES, UNITS
from tests.bench.ingest import DEVICES, FLOATS, INTEGERS, WINDOW, Centre, Rows, values_in, walk
from tests.system.servers import Process, influxdb, mosquitto, program, wait_until

_SECONDS = 10.0
_MESSAGES = ((5, 3000), (50, 1200), (DEVICES, 400))
"""Devices of twenty values per message, and the number of messages."""
_T0_MS = 1_795_000_000_000
_FORMS = [
    f"lighting_meter,asset=qe-{n:04d},gateway=gw-0001,operator=citelum "
    + ",".join([f"field_{n}=%r" for n in range(FLOATS)] + [f"field_{n}=%di" for n in range(FLOATS, FLOATS + INTEGERS)])
    + " %d"
    for n in range(DEVICES)
]
_CENTRE = """
[agent]
  flush_interval = "200ms"
  metric_batch_size = 5000
  metric_buffer_limit = 200000
  omit_hostname = true
[[inputs.mqtt_consumer]]
  servers = ["tcp://127.0.0.1:{port}"]
  topics = ["street/+/data"]
  topic_tag = ""
  qos = 1
  client_id = "telegraf"
  persistent_session = true
  max_undelivered_messages = 64
  data_format = "influx"
  influx_timestamp_precision = "1ms"
[[outputs.influxdb]]
  urls = ["{url}"]
  database = "street"
  content_encoding = "identity"
"""


class TelegrafCentre:
    """Broker, store and a Telegraf between them, which receives line protocol."""

    def __init__(self, folder: Path, path: str) -> None:
        self._broker, port = mosquitto(folder)
        self._store, url = influxdb(folder)
        (folder / "telegraf.conf").write_text(_CENTRE.format(port=port, url=url))
        self._telegraf = Process("telegraf", folder, path, "--config", str(folder / "telegraf.conf"))
        self._telegraf.wait_for("Connected [tcp://")
        self._influx = InfluxConnection(InfluxSettings(url=url))
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="feeder", protocol=MQTTProtocolVersion.MQTTv5)
        self._client.max_inflight_messages_set(WINDOW)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._seq = 0

    def send(self, walked: list[Rows]) -> tuple[float, float]:
        """Send batches; return the CPU time of Telegraf in µs per value, and the bytes per value on MQTT."""
        bodies = [self._body(rows) for rows in walked]
        self._bring(bodies[:20], self._seq - len(bodies) + 20)
        before = cpu_s(self._telegraf.process.pid)
        self._bring(bodies[20:], self._seq)
        values = values_in(walked[20:])
        return 1e6 * (cpu_s(self._telegraf.process.pid) - before) / values, sum(map(len, bodies[20:])) / values

    def _bring(self, bodies: list[bytes], seq: int) -> None:
        for told in [self._client.publish("street/gw-0001/data", body, qos=1) for body in bodies]:
            told.wait_for_publish()
        wait_until(f"the last of {seq} batches", lambda: self._count() == seq)

    def _count(self) -> int:
        series = query(self._influx, "street", "SELECT count(field_0) FROM lighting_meter WHERE asset = 'qe-0000'")
        return int(series[0]["values"][0][1]) if series else 0

    def _body(self, rows: Rows) -> bytes:
        self._seq += 1
        t0_ms = _T0_MS + 1000 * self._seq
        return "\n".join([_FORMS[stream] % (*values, t0_ms + dt) for stream, dt, values in rows]).encode()

    def close(self) -> float:
        """Stop everything; return the memory of Telegraf in MiB."""
        memory = self._telegraf.rss_mib
        self._client.disconnect()
        self._client.loop_stop()
        for process in (self._telegraf, self._store, self._broker):
            process.stop(60)
        return memory


def centre(path: str, rounds: int) -> dict[str, float]:
    """Run both at the centre in turn, with small and large messages; return the medians by values per message."""
    found: dict[str, float] = {}
    for devices, batches in _MESSAGES:
        walked = walk(batches, devices)
        ours: list[float] = []
        theirs: list[tuple[float, float]] = []
        with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
            ingest, telegraf = Centre(Path(first), 1, zipped=False), TelegrafCentre(Path(second), path)
            for round_ in range(rounds):
                ours.append(ingest.send(walked)[0])
                theirs.append(telegraf.send(walked))
                said = f"{devices} devices, {round_ + 1}/{rounds}: ingest {ours[-1]:.3f}, telegraf {theirs[-1][0]:.3f} µs per value"
                print(said, file=sys.stderr, flush=True)
            memory, their_memory = ingest.close(), telegraf.close()
        what = f"{devices * (FLOATS + INTEGERS)}_values_a_message"
        found |= {
            f"us_per_point_at_{what}": round(statistics.median(ours), 3),
            f"telegraf_us_per_point_at_{what}": round(statistics.median(cpu for cpu, _ in theirs), 3),
            f"rss_mib_at_{what}": round(memory, 1),
            f"telegraf_rss_mib_at_{what}": round(their_memory, 1),
        }
    return found


_EDGE = """
[agent]
  interval = "1s"
  flush_interval = "1s"
  metric_buffer_limit = 200000
  metric_batch_size = 1000
  omit_hostname = true
  buffer_strategy = "{buffer}"
  buffer_directory = "{folder}/buffer"
[[outputs.mqtt]]
  servers = ["127.0.0.1:{broker}"]
  topic = "street/edge"
  qos = 1
  keep_alive = 30
  layout = "batch"
  data_format = "influx"
"""
_LINE = """
[[inputs.modbus]]
  name = "l{line}"
  controller = "tcp://127.0.0.1:{port}"
  configuration_type = "request"
"""
_UNIT = """
  [[inputs.modbus.request]]
    slave_id = {unit}
    byte_order = "ABCD"
    register = "holding"
    measurement = "lighting_meter"
    fields = [{fields}]
    [inputs.modbus.request.tags]
      asset = "a{line}-{unit}"
"""
_FIELDS = ", ".join(
    [f'{{address={n}, name="p{n}", type="UINT16", scale=0.1}}' for n in range(40)]
    + [f'{{address={40 + 2 * n}, name="p{40 + n}", type="FLOAT32", scale=0.1}}' for n in range(10)]
)


def telegraf_edge(path: str, folder: Path, port: int, broker: int, seconds: float, buffer: str) -> tuple[float, float, float]:
    """Return the CPU time of Telegraf in µs per value, its memory in MiB and its bytes per value on MQTT."""
    parts = [_EDGE.format(buffer=buffer, folder=folder, broker=broker)]
    for line in range(LINES):
        parts.append(_LINE.format(line=line, port=port + line))
        parts += [_UNIT.format(line=line, unit=unit, fields=_FIELDS) for unit in range(1, UNITS + 1)]
    (folder / "edge.conf").write_text("".join(parts))
    shutil.rmtree(folder / "buffer", ignore_errors=True)
    counted = [0, 0]

    def count(_client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        counted[0] += message.payload.count(b"\n") * VALUES_A_READ
        counted[1] += len(message.payload)

    listener = paho.Client(CallbackAPIVersion.VERSION2, client_id="listener")
    listener.on_message = count
    listener.connect("127.0.0.1", broker)
    listener.subscribe("street/edge", qos=1)
    listener.loop_start()
    telegraf = Process("telegraf-edge", folder, path, "--config", str(folder / "edge.conf"))
    wait_until("a first message", lambda: counted[0] > 0)
    time.sleep(3)
    before, spent = list(counted), cpu_s(telegraf.process.pid)
    time.sleep(seconds)
    spent, values, sent = cpu_s(telegraf.process.pid) - spent, counted[0] - before[0], counted[1] - before[1]
    memory = telegraf.rss_mib
    telegraf.stop()
    listener.disconnect()
    listener.loop_stop()
    due = seconds * LINES * UNITS * VALUES_A_READ
    # One message per second: the measured time may hold one more or one less.
    assert abs(values - due) < 0.15 * due, f"Telegraf sent {values} values of {due:g}"
    return 1e6 * spent / due, memory, sent / values


def edge(path: str, rounds: int) -> dict[str, float]:
    """Run both at the edge in turn; return the medians."""
    found: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    with (
        tempfile.TemporaryDirectory() as name,
        subprocess.Popen([sys.executable, "-m", "tests.bench.farm", str(LINES)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as farm,
    ):  # fmt: skip
        assert farm.stdout is not None
        port = int(farm.stdout.readline())
        server, broker = mosquitto(Path(name))
        try:
            for round_ in range(rounds):
                found[""].append(product(Path(name), port, broker, _SECONDS, "uvloop"))
                for buffer in ("memory", "disk"):
                    found[f"telegraf_{buffer}_"].append(telegraf_edge(path, Path(name), port, broker, _SECONDS, buffer))
                said = ", ".join(f"{who or 'edge '}{runs[-1][0]:.3f}" for who, runs in found.items())
                print(f"{round_ + 1}/{rounds}: {said} µs per value", file=sys.stderr, flush=True)
        finally:
            server.stop()
            farm.terminate()
    return {
        f"{who}{what}": round(statistics.median(run[place] for run in runs), digits)
        for who, runs in found.items()
        for place, (what, digits) in enumerate((("us_per_point", 3), ("rss_mib", 1), ("bytes_per_point", 2)))
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("where", choices=["edge", "centre"])
    options.add_argument("telegraf", type=program)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    found = {"edge": edge, "centre": centre}[asked.where](asked.telegraf, asked.rounds)
    print(json.dumps(found) if asked.json else "  ".join(f"{key} {value}" for key, value in found.items()))


if __name__ == "__main__":
    main()
