"""Faults behind the gateway's connection, on the way to the store: access rules, repeated messages, a failing store, a second ingest."""

import asyncio

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from gateway.host.clock import now_ms
from gateway.model import batch
from gateway.model.batch import Clock
from gateway.model.canonical import FieldType
from gateway.model.stream import Schema, Stream, StreamField, hash_of
from gateway.model.topics import GatewayId
from tests.faults.rig import DATA_TOPIC, Rig
from tests.faults.store_link import StoreFault
from tests.rows import Row
from tests.system.servers import wait_until

_HELD = 50
_OTHER = GatewayId("prato", "citelum", "gw-2")


async def topic_refused(rig: Rig, trials: int) -> None:
    """The broker's access rules refuse the gateway's data, and nothing else, for a while. Mosquitto reads them again on SIGHUP."""
    for _ in range(trials):
        await rig.pause(0.5, 1.5)
        rig.allow_data(allowed=False)
        await rig.pause(1.0, 2.0)
        rig.allow_data(allowed=True)
    assert "the broker refuses batch" in rig.edge.said(), "no write was refused"


async def store_fails(rig: Rig, trials: int) -> None:
    """The store answers 500, without writing or after it; it breaks the connection off; it takes seconds to answer."""
    faults: list[StoreFault] = ["refuses", "writes and says it did not", "breaks off", "is slow"]
    for number in range(trials):
        await rig.pause(0.5, 1.0)
        rig.store_link.fault = faults[number % len(faults)]
        await rig.pause(0.6, 2.0)
        rig.store_link.fault = None
    assert rig.store_link.injected, "no request met a fault"


async def store_forgets(rig: Rig, trials: int) -> None:
    """The store confirms what it does not write, as on a full disk; or its database is dropped with all that it confirmed."""
    await asyncio.to_thread(rig.ingest.stop)
    rig.start_ingest("quick to audit")
    for number in range(trials):
        await rig.pause(0.5, 2.0)
        if number % 4 == 3:
            await asyncio.to_thread(rig.drop_database)
        else:
            rig.store_link.fault = "confirms and forgets"
            await rig.pause(0.6, 2.0)
            rig.store_link.fault = None
    assert rig.store_link.injected, "no write was forgotten"
    await rig.complete()
    await asyncio.to_thread(wait_until, "the audit's report", lambda: "in the store again" in rig.ingest.said())


async def repeated_and_reordered(rig: Rig, trials: int) -> None:
    """Batches that were sent before are sent again, in another order, among new ones."""
    held: list[bytes] = []
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="repeats", protocol=MQTTProtocolVersion.MQTTv5)
    client.on_message = lambda _client, _data, message: held.append(bytes(message.payload))
    client.connect("127.0.0.1", rig.broker_port)
    client.loop_start()
    client.subscribe(DATA_TOPIC, qos=1)
    try:
        for _ in range(trials):
            await rig.pause(0.5, 1.5)
            known = held[-_HELD:]
            for body in rig.chance.sample(known, min(10, len(known))):
                client.publish(DATA_TOPIC, body, qos=1)
    finally:
        client.disconnect()
        client.loop_stop()
    assert held, "no batch was received"


async def second_ingest(rig: Rig, trials: int) -> None:
    """A second ingest starts, shares the batches with the first, and is killed while it works on some."""
    for _ in range(trials):
        await asyncio.to_thread(rig.start_second_ingest)
        await rig.pause(0.5, 2.0)
        rig.second_ingest.kill_9()


async def part_is_refused(rig: Rig, trials: int) -> None:
    """Batches of another gateway contain a field that the store has in another type: it refuses part of every write that contains them."""
    document = Schema((Stream("st-1", "ear", "counting", "noise", (StreamField("las", FieldType.FLOAT, "dB[SPL]{A}"),), 1.0),)).document()
    await asyncio.to_thread(rig.write_line, 'noise las="a text"')
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="other", protocol=MQTTProtocolVersion.MQTTv5)
    client.connect("127.0.0.1", rig.broker_port)
    client.loop_start()
    client.publish(_OTHER.schema_topic(hash_of(document)), document, qos=1, retain=True)
    try:
        for trial in range(trials):
            await rig.pause(0.3, 0.8)
            for number in range(3):
                client.publish(_OTHER.topic("data"), _conflicting_batch(hash_of(document), 3 * trial + number), qos=1)
                await rig.pause(0.0, 0.3)
    finally:
        client.disconnect()
        client.loop_stop()
    assert "field type conflict" in rig.ingest.said(), "no write was refused"


def _conflicting_batch(schema: bytes, seq: int) -> bytes:
    rows = batch.encode_rows([Row(0, 0, [55.5])])
    return batch.encode(epoch=b"other..8", seq=seq, schema=schema, t0_ms=now_ms(), clock=Clock.SYNCED, flags=0, floor_ms=0, rows=rows)
