"""Attacks on what renews certificates, by a gateway whose own certificate ends soon."""

import random
import time

from gateway.model.topics import GatewayId
from tests.hostile import generate
from tests.hostile.client import Client
from tests.hostile.messages import json_of


def good_requests(client: Client, me: GatewayId, good: bytes, _chance: random.Random, until_s: float) -> None:
    """The same good request again and again, as fast as the broker takes it."""
    while time.monotonic() < until_s:
        client.send(me.topic("renewal"), good)


def wrong_requests(client: Client, me: GatewayId, good: bytes, chance: random.Random, until_s: float) -> None:
    """Requests that are damaged, too large, signed by nobody, or no requests; and states without end."""
    while time.monotonic() < until_s:
        damaged = bytearray(good)
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        junk = json_of({"request": chance.choice(("-----BEGIN CERTIFICATE REQUEST-----\n" * 90, "x" * 5000, "")), "signature": "AAAA"})
        client.send(
            me.topic("renewal"), chance.choice((bytes(damaged), junk, json_of(generate.json_value(chance)), b"[" * 16_000, bytes(100_000)))
        )
        client.send(me.topic("state"), json_of({"state": chance.choice(("online", "offline")), "epoch": chance.randbytes(8).hex()}))
