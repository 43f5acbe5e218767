"""Attacks on the page by what it shows: messages of the city plane, and states of gateways."""

import random
import time

from gateway.model.topics import city
from tests.hostile import generate
from tests.hostile.attacker import ATTACKER
from tests.hostile.client import Client
from tests.hostile.messages import json_of

_TIMES = (
    "2026-11-26T18:00:00Z",
    "",
    "yesterday",
    "9999-12-31T23:59:59Z",
    "0000-00-00T00:00:00Z",
    "2026-11-26T18:00:00+99:99",
    "-1",
    "1e999",
)


def city_messages(client: Client, chance: random.Random, until_s: float) -> None:
    """Retained messages of the city plane with wrong times, places, names and values."""
    while time.monotonic() < until_s:
        values = {
            chance.choice(("constructor", "__proto__", "x", generate.name(chance)[:50])): {
                "quality": chance.choice(("Good", "x", "")),
                "value": generate.json_value(chance, 1),
            }
        }
        reading = {
            "device": generate.name(chance)[:50],
            "time": chance.choice(_TIMES),
            "every_s": chance.choice((0, -1, 1e308, 1)),
            "values": values,
        }
        place = {"type": "Point", "coordinates": [chance.choice((11.1, 1e308, -1e308, 181)), chance.choice((43.8, 1e308, 91))]}
        message = {
            "v": 1, "asset": chance.choice(("a-1", generate.name(chance)[:50])), "measurement": "constructor", "operator": "evil", "gateway": "gw-1",
            "readings": [reading] * chance.choice((0, 1, 50)), "complete_until": chance.choice(_TIMES), "location": place, "said_every_s": chance.choice((0, 1e308, -1)),
        }  # fmt: skip
        topic = city(ATTACKER.site, ATTACKER.operator, chance.choice(("constructor", "lamp")), f"a-{chance.randrange(2000)}")
        client.send(topic, chance.choice((json_of(message), json_of(message), b"[" * 100_000, b"{}", b"")), retain=True)


def gateway_states(client: Client, chance: random.Random, until_s: float) -> None:
    """Retained states of thousands of gateways, with generated content."""
    while time.monotonic() < until_s:
        state = {"state": chance.choice(("online", "offline", "x")), "version": chance.choice((generate.json_value(chance), "x" * 50_000))}
        topic = f"{ATTACKER.site}/v1/evil/gw/gw-{chance.randrange(5000)}/state"
        client.send(topic, chance.choice((json_of(state), json_of(state), b"[" * 100_000, b"")), retain=True)
