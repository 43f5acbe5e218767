"""Attacks on a gateway by its broker, or by a centre that was taken over: requests, receipts and states."""

import random
import time

from gateway.model.topics import GatewayId, worker_state
from tests.hostile import generate
from tests.hostile.client import Client
from tests.hostile.messages import json_of


def requests(client: Client, target: GatewayId, chance: random.Random, until_s: float) -> None:
    """Requests for all readings, for documents that do not exist, for times that are no times."""
    while time.monotonic() < until_s:
        ask = chance.choice(
            (
                {"since_ms": chance.choice((0, 2**53, 2**63)), "until_ms": chance.choice((0, 2**53, 1))},
                {"since_ms": 0, "until_ms": 2**53},
                {"schema": chance.choice((chance.randbytes(8).hex(), "x" * 60_000, "zz", ""))},
                {"time": {"asked_ms": chance.randrange(2**53), "now_ms": chance.choice((0, 2**53))}},
                {"time": generate.json_value(chance), "schema": generate.json_value(chance)},
            )
        )
        client.send(
            target.topic("ask"), chance.choice((json_of(ask), json_of(ask), b"[" * 60_000, b"", chance.randbytes(50), bytes(1_000_000)))
        )


def receipts(client: Client, target: GatewayId, chance: random.Random, until_s: float) -> None:
    """Receipts with a million ranges, ranges over everything, unknown epochs, refusals without end."""
    while time.monotonic() < until_s:
        epoch = chance.choice(("00" * 8, "zz", "x" * 10_000))
        receipt: dict[str, object] = {"epoch": epoch}
        many = chance.choice((1, 3000, 20_000))
        kind = chance.choice(("stored", "retry", "rejected", "partly"))
        receipt[kind] = (
            [[2 * n, 2**63 - 1 - n] for n in range(many)] if kind == "stored" else [{"seq": n, "reason": "x"} for n in range(many)]
        )
        client.send(
            target.topic("receipt"), chance.choice((json_of(receipt), json_of({"epoch": generate.json_value(chance)}), b"[" * 60_000))
        )


def workers(client: Client, target: GatewayId, chance: random.Random, until_s: float) -> None:
    """Thousands of workers that start and vanish; each start makes a gateway send its window again."""
    while time.monotonic() < until_s:
        state = {"state": chance.choice(("online", "offline")), "start": chance.choice((str(chance.random()), "x" * 60_000))}
        client.send(worker_state(target.site, f"w-{chance.randrange(10_000)}"), chance.choice((json_of(state), b"", b"[" * 1000)))
