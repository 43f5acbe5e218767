"""The published contract against a running demo: every message is valid by its schema, and the examples of the documentation work."""

import asyncio
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
import yaml

from gateway.host.mqtt import Broker, Message, Mqtt
from gateway.model import batch, topics
from gateway.model.contract import CHANNELS, message_schema
from gateway.model.stream import unpack_document
from tests.system.servers import Process, program

pytestmark = pytest.mark.system
DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a demo; return the URL of its broker."""
    folder = tmp_path_factory.mktemp("demo")
    process = Process(
        "demo", folder, sys.executable, "-u", "-m", "gateway", "demo", "--no-room", "--port", "0", "--keep", str(folder / "kept")
    )
    process.wait_for("http://")
    yield yaml.safe_load((folder / "kept" / "centre.yaml").read_text())["centre"]["broker"]
    process.stop(60)


def channel_of(topic: str) -> str:
    if topics.parse_city(topic):
        return "city"
    if topics.parse_alarm(topic):
        return "alarm"
    if topics.parse_worker(topic):
        return "workerState"
    if topic == topics.rollouts("prato"):
        return "rollouts"
    found = topics.parse_gateway(topic)
    assert found is not None, f"nobody knows the topic {topic}"
    return {"state": "gatewayState", "schema": "streams"}.get(found.channel, found.channel)


async def test_every_message_of_the_demo_is_valid_by_its_schema(demo: str) -> None:
    came: list[Message] = []
    listener = Mqtt(Broker(demo), "listener", on_connect=lambda: listener.subscribe("#"), on_message=came.append)
    listener.start()
    await asyncio.sleep(15)
    await listener.stop()
    validators = {one.name: jsonschema.Draft202012Validator(message_schema(one)) for one in CHANNELS if one.message is not None}
    counted: Counter[str] = Counter()
    for message in (one for one in came if one.payload):
        channel = channel_of(message.topic)
        counted[channel] += 1
        if channel == "data":
            batch.rows_of(batch.unpack(message.payload))
        else:
            validators[channel].validate(json.loads(unpack_document(message.payload, 1 << 22) if channel == "streams" else message.payload))
    assert counted.keys() >= {"city", "gatewayState", "workerState", "streams", "data", "receipt"}, counted
    assert counted["city"] > 70


def code(language: str) -> str:
    """Return an example of the documentation."""
    found = re.search(rf"```{language}\n(.*?)```", (DOCS / "city.md").read_text(), re.DOTALL)
    assert found
    return found[1]


def test_the_subscriber_in_the_documentation_works_unchanged(demo: str, tmp_path: Path) -> None:
    (tmp_path / "subscriber.py").write_text(code("python"))
    host, port = demo.removeprefix("mqtt://").split(":")
    with subprocess.Popen([sys.executable, str(tmp_path / "subscriber.py"), host, port], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().split() for _ in range(200)]
        process.terminate()
    assert any(line[2] == "dim_level" and line[-1] == "%" and 0 <= float(line[3]) <= 100 for line in lines)
    assert len({line[0] for line in lines}) > 20


def test_the_command_in_the_documentation_works_unchanged(demo: str) -> None:
    command = code("sh").split()
    assert command[0] == "mosquitto_sub"
    host, port = demo.removeprefix("mqtt://").split(":")
    words = [program("mosquitto_sub"), *command[1:], "-C", "5", "-W", "30"]
    words[words.index("-h") + 1], words[words.index("-p") + 1] = host, port
    words[words.index("-t") + 1] = words[words.index("-t") + 1].strip("'")
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
    assert {json.loads(line)["measurement"] for line in done.stdout.splitlines()} == {"lamp"}


def test_the_example_message_and_the_flow_in_the_documentation_are_valid() -> None:
    examples = re.findall(r"```json\n(.*?)```", (DOCS / "city.md").read_text(), re.DOTALL)
    message, alarms, flow = (json.loads(one) for one in examples)
    channels = {one.name: one for one in CHANNELS}
    jsonschema.validate(message, message_schema(channels["city"]))
    jsonschema.validate(alarms, message_schema(channels["alarm"]))
    ids = {node["id"] for node in flow}
    assert {target for node in flow for wires in node.get("wires", []) for target in wires} <= ids
    assert {node["broker"] for node in flow if node["type"] == "mqtt in"} <= ids
    (source,) = (node for node in flow if node["type"] == "mqtt in")
    assert topics.parse_city(source["topic"].replace("+", "x")) is not None
