"""The same readings by Telegraf's way, in the same run: CPU of the centre a value, from MQTT to a real InfluxDB.

Telegraf (inputs.mqtt_consumer of line protocol, outputs.influxdb) and one `gateway central --role ingest` take the batches of
`tests.bench.ingest` in turn, each over a mosquitto and into an InfluxDB of its own. Telegraf acknowledges a message once it is written, as the
ingest does. Telegraf is not part of the tests' servers: build or download it, and say where it is.

    go build -tags "custom,inputs.mqtt_consumer,outputs.influxdb,parsers.influx,serializers.influx" ./cmd/telegraf      (its sources, v1.33.0 here)
    python -m tests.bench.telegraf /path/to/telegraf [--rounds 3] [--batches 400] [--json]
"""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from gateway.central.influx import InfluxConnection, query
from gateway.model.site import Influx
from tests.bench.edge import cpu_s
from tests.bench.ingest import DEVICES, FLOATS, INTEGERS, VALUES, WINDOW, Centre, Rows, walk
from tests.system.servers import Process, influxdb, mosquitto, program, wait_until

_T0_MS = 1_795_000_000_000
_FORMS = [
    f"lighting_meter,asset=qe-{n:04d},gateway=gw-0001,operator=citelum "
    + ",".join([f"field_{n}=%r" for n in range(FLOATS)] + [f"field_{n}=%di" for n in range(FLOATS, FLOATS + INTEGERS)])
    + " %d"
    for n in range(DEVICES)
]
_CONFIGURATION = """
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


class Telegraf:
    """Broker, store and a Telegraf between them, fed with lines."""

    def __init__(self, folder: Path, path: str) -> None:
        self._broker, port = mosquitto(folder)
        self._store, url = influxdb(folder)
        (folder / "telegraf.conf").write_text(_CONFIGURATION.format(port=port, url=url))
        self._telegraf = Process("telegraf", folder, path, "--config", str(folder / "telegraf.conf"))
        self._telegraf.wait_for("Connected [tcp://")
        self._influx = InfluxConnection(Influx(url=url))
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="feeder", protocol=paho.MQTTProtocolVersion.MQTTv5)
        self._client.max_inflight_messages_set(WINDOW)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._seq = 0

    def send(self, walked: list[Rows]) -> tuple[float, float]:
        """Bring batches in; give Telegraf's CPU µs a value, and the bytes a value on MQTT."""
        bodies = [self._body(rows) for rows in walked]
        self._bring(bodies[:20], self._seq - len(bodies) + 20)
        before = cpu_s(self._telegraf.process.pid)
        self._bring(bodies[20:], self._seq)
        values = VALUES * len(bodies[20:])
        return 1e6 * (cpu_s(self._telegraf.process.pid) - before) / values, sum(map(len, bodies[20:])) / values

    def _bring(self, bodies: list[bytes], seq: int) -> None:
        for told in [self._client.publish("street/gw-0001/data", body, qos=1) for body in bodies]:
            told.wait_for_publish()
        wait_until(f"the last of {seq} batches", lambda: self._count() == seq)

    def _count(self) -> int:
        series = query(self._influx, "street", f"SELECT count(field_0) FROM lighting_meter WHERE asset = 'qe-{DEVICES - 1:04d}'")
        return int(series[0]["values"][0][1]) if series else 0

    def _body(self, rows: Rows) -> bytes:
        self._seq += 1
        t0_ms = _T0_MS + 1000 * self._seq
        return "\n".join([_FORMS[stream] % (*values, t0_ms + dt) for stream, dt, values in rows]).encode()

    def close(self) -> float:
        """End everything; give Telegraf's memory in MiB."""
        memory = self._telegraf.rss_mib
        self._client.disconnect()
        self._client.loop_stop()
        for process in (self._telegraf, self._store, self._broker):
            process.stop(60)
        return memory


def measure(path: str, rounds: int, walked: list[Rows]) -> dict[str, float]:
    """Take turns; give the medians."""
    ours: list[float] = []
    theirs: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        centre, telegraf = Centre(Path(first), 1, zipped=False), Telegraf(Path(second), path)
        for round_ in range(rounds):
            ours.append(centre.send(walked)[0])
            theirs.append(telegraf.send(walked))
            print(f"{round_ + 1}/{rounds}: ingest {ours[-1]:.3f}, telegraf {theirs[-1][0]:.3f} us a value", file=sys.stderr, flush=True)
        rss_mib, telegraf_rss_mib = centre.close(), telegraf.close()
    mine, other = statistics.median(ours), statistics.median(cpu for cpu, _ in theirs)
    return {"us_per_point": round(mine, 3), "telegraf_us_per_point": round(other, 3), "telegraf_ratio": round(other / mine, 1),
            "rss_mib": round(rss_mib, 1), "telegraf_rss_mib": round(telegraf_rss_mib, 1), "telegraf_bytes_per_point": round(theirs[-1][1], 1)}  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("telegraf", type=program)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--batches", type=int, default=400)
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    found = measure(asked.telegraf, asked.rounds, walk(asked.batches))
    print(json.dumps(found) if asked.json else "  ".join(f"{key} {value}" for key, value in found.items()))


if __name__ == "__main__":
    main()
