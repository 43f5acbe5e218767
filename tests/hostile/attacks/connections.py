"""Attacks by connections, subscriptions and packets, and forgeries that the broker's access rules must refuse."""

import contextlib
import socket
import time
from collections.abc import Callable

import msgspec

from tests.hostile.attacker import ATTACKER, Attacker
from tests.hostile.attacks import batches, schemas
from tests.hostile.broker import user_of
from tests.hostile.client import Client, Refused
from tests.hostile.messages import field, json_of, stream
from tests.hostile.victim import ASSET, MEASUREMENT, VICTIM


def huge_packets(me: Attacker) -> None:
    """Messages of up to 200 MiB on the attacker's own topics."""
    while me.goes_on:
        client = Client(me.ports.gateways, user_of(ATTACKER), on_message=lambda _topic, _payload: None).ready()
        size = me.chance.choice((2 << 20, 16 << 20, 64 << 20, 200 << 20))
        with contextlib.suppress(OSError, ValueError):
            client.paho.publish(
                me.chance.choice((ATTACKER.topic("data"), ATTACKER.schema_topic(bytes(8)))), bytes(size), qos=1, retain=True
            )
        time.sleep(0.5)
        client.close()


def forged_receipts(me: Attacker) -> None:
    """Receipts and requests for another gateway, as if from the centre."""
    while me.goes_on:
        receipt = {"epoch": b"victim.8".hex(), "stored": [[0, me.chance.choice((1000, 2**63 - 1))]]}
        me.client.send(VICTIM.topic("receipt"), json_of(receipt), retain=me.chance.random() < 0.5)
        me.client.send(VICTIM.topic("ask"), json_of({"since_ms": 0, "until_ms": 2**53}))


def forged_workers(me: Attacker) -> None:
    """States of workers that do not exist, and of the one that does: gateways would send to nobody, or never."""
    while me.goes_on:
        worker = me.chance.choice(("worker-1", f"w-{me.chance.randrange(1000)}"))
        state = {"state": me.chance.choice(("online", "offline")), "start": str(me.chance.random())}
        me.client.send(f"{VICTIM.site}/v1/centre/{worker}/state", json_of(state), retain=True)


def forged_data(me: Attacker) -> None:
    """Data, states, documents and city messages on another's topics."""
    schema = me.document([stream(ASSET, "radar-1", MEASUREMENT, [field("vehicle_count_total", "int", "{count}")])])
    topics = (
        VICTIM.topic("data"),
        VICTIM.topic("state"),
        VICTIM.schema_topic(schema),
        f"{VICTIM.site}/v1/{VICTIM.operator}/city/{MEASUREMENT}/{ASSET}",
    )
    while me.goes_on:
        me.client.send(me.chance.choice(topics), me.chance.choice((b"", b"{}", me.chance.randbytes(100))), retain=me.chance.random() < 0.5)


def identity_of_another(me: Attacker) -> None:
    """Connections under the victim's client id, as fast as they are made."""
    while me.goes_on:
        with contextlib.suppress(Refused, AssertionError, OSError):
            Client(me.ports.gateways, user_of(ATTACKER), client_id=user_of(VICTIM)).ready(5.0).close()


def group_of_the_workers(me: Attacker) -> None:
    """Shared subscriptions in the workers' groups, known and guessed, which would take messages away."""
    groups = ["central", "ingest", "street", *(me.chance.randbytes(16).hex() for _ in range(20))]
    filters = [f"{VICTIM.site}/v1/+/gw/+/data", f"{VICTIM.site}/v1/{VICTIM.operator}/gw/+/data", "#", f"{VICTIM.site}/v1/+/gw/+/schema/+"]
    while me.goes_on:
        me.client.paho.subscribe([(f"$share/{group}/{one}", 1) for group in groups for one in filters])
        time.sleep(0.5)


def many_subscriptions(me: Attacker) -> None:
    """Thousands of subscriptions to everything, with wildcards."""
    while me.goes_on:
        levels = [me.chance.choice(("+", "prato", "v1", str(me.chance.random()))) for _ in range(6)]
        me.client.paho.subscribe([("/".join([*levels[: me.chance.randint(1, 6)], "#"]), 1) for _ in range(50)])
        time.sleep(0.005)


def slow_reader(me: Attacker) -> None:
    """Asks for many receipts on a connection that it never reads: of QoS 0 the broker acknowledges nothing that would have to be read."""
    _flood(me, b"\x30", b"")


def unread_acknowledgements(me: Attacker) -> None:
    """The same with QoS 1, without waiting for acknowledgements or reading them."""
    _flood(me, b"\x32", b"\0\1")


def _flood(me: Attacker, first: bytes, mid: bytes) -> None:
    me.client.close()
    user = user_of(ATTACKER).encode()
    password = f"{user_of(ATTACKER)}-7f3a9c1e55d0".encode()
    connect = b"\0\4MQTT\4\xc2\0\x3c" + b"".join(len(one).to_bytes(2, "big") + one for one in (b"x", user, password))
    with socket.create_connection(("127.0.0.1", me.ports.gateways)) as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.sendall(b"\x10" + bytes([len(connect)]) + connect)
        topic = ATTACKER.topic("receipt").encode()
        link.sendall(b"\x82" + bytes([5 + len(topic)]) + b"\0\1" + len(topic).to_bytes(2, "big") + topic + b"\1")
        body = len(ATTACKER.topic("data")).to_bytes(2, "big") + ATTACKER.topic("data").encode()
        link.settimeout(1.0)
        while me.goes_on:
            packet = body + mid + me.chance.randbytes(50)
            with contextlib.suppress(TimeoutError, ConnectionError):
                link.sendall(first + bytes([len(packet)]) + packet)


def clients_without_end(me: Attacker) -> None:
    """A thousand connections that say nothing, and some that say half a packet."""
    with contextlib.ExitStack() as stack:
        links: list[socket.socket] = []
        while me.goes_on:
            if len(links) < 800:
                with contextlib.suppress(OSError):
                    link = stack.enter_context(socket.create_connection(("127.0.0.1", me.ports.gateways), 2.0))
                    links.append(link)
                    link.sendall(me.chance.choice((b"", b"\x10", b"\x10\xff\xff\xff\x7f\0\4MQTT", me.chance.randbytes(100))))
            else:
                time.sleep(0.2)


def everything(me: Attacker) -> None:
    """Messages of all kinds, in a random order, in turns of a quarter of a second."""
    attacks: list[Callable[[Attacker], None]] = [
        schemas.overflowing_scales, schemas.hostile_names, schemas.many_tags, schemas.many_fields, schemas.many_documents, schemas.wrong_documents,
        schemas.false_sizes, batches.wrong_rows, batches.wrong_batches, batches.rows_without_end, batches.times_at_the_ends, batches.withdrawals, batches.new_epochs,
        batches.type_conflicts, batches.dead_letters, batches.unknown_schemas, batches.time_questions, batches.states, batches.name_of_another, forged_receipts,
    ]  # fmt: skip
    while me.goes_on:
        with me.turn(0.25):
            me.chance.choice(attacks)(me)


def gone_at_once(me: Attacker) -> None:
    """Connects with a will on another's topics and on its own, and vanishes."""
    while me.goes_on:
        client = Client(me.ports.gateways, user_of(ATTACKER), on_message=lambda _topic, _payload: None)
        client.paho.publish(ATTACKER.topic("state"), msgspec.json.encode({"state": "online"}), qos=1, retain=True)
        with contextlib.suppress(AssertionError, Refused):
            client.ready(5.0)
        link = client.paho.socket()
        if isinstance(link, socket.socket):
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
        client.close()
