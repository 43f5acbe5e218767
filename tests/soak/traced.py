"""A gateway, or a worker of the centre, that notes the steps of its batches: `python -m tests.soak.traced WHERE edge SITE PROFILE`, or
`python -m tests.soak.traced WHERE central …` for a command of `gateway`. Their code is the product's; only their connection is watched.
"""

import asyncio
import faulthandler
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from gateway.centre.ingest.decode import DecodedMessages
from gateway.centre.ingest.outcome import StoreOutcome
from gateway.centre.ingest.worker import IngestWorker
from gateway.cli import main as command_line
from gateway.host import logs
from gateway.host.mqtt import Message, Mqtt
from gateway.host.mqtt.inbound import Inbound
from gateway.model import topics
from gateway.model.batch import BatchError, Unpacker
from gateway.model.messages import Receipt
from gateway.uplink.window import SendWindow
from tests.hostile import edge_process
from tests.soak.sites import STEADY, STRUCK
from tests.soak.trace import Number, TraceFile

_OPERATORS = (STEADY.operator, STRUCK.operator)
_unpack = Unpacker().unpack

_BLOCKED_S, _TICK_S = 3.0, 0.5
"""A loop that does not run for so long writes what it does instead to its log."""


def numbers_of(topic: str, payload: bytes) -> tuple[str, Sequence[Number]]:
    """Return the batches that a message of an honest gateway is about, and what their steps begin with."""
    parsed = topics.parse_gateway(topic)
    if parsed is None or parsed.sender.operator not in _OPERATORS or not payload:
        return "", []
    if parsed.channel == "receipt":
        receipt = msgspec.json.decode(payload, type=Receipt)
        seqs = [seq for first, last in receipt.stored for seq in range(first, last + 1)]
        return "receipt ", [Number(parsed.sender.operator, receipt.epoch, seq) for seq in seqs]
    if parsed.channel != "data":
        return "", []
    try:
        batch = _unpack(payload)
    except BatchError:
        return "", []
    return "", [Number(parsed.sender.operator, batch.epoch.hex(), batch.seq)]


def watch(trace: TraceFile, operator: str) -> None:
    """Note the steps of every batch from now on; `operator` is that of the gateway, if this is one."""
    start, publish, put, account, settle = Mqtt.start, Mqtt.publish, Inbound.put, IngestWorker._account, SendWindow.settle

    def started(self: Mqtt) -> None:
        start(self)
        _expect_turns()

    def published(self: Mqtt, topic: str, payload: bytes, *, retain: bool = False, qos: int = 1) -> "asyncio.Future[None]":
        kind, numbers = numbers_of(topic, payload)
        before = len(self._publishes._pending)
        future = publish(self, topic, payload, retain=retain, qos=qos)
        if numbers:
            trace.note(f"{kind}sent behind {before}", numbers)
            future.add_done_callback(partial(_accepted, trace, kind, numbers))
        return future

    def received(self: Inbound, message: Message) -> None:
        kind, numbers = numbers_of(message.topic, message.payload)
        trace.note(f"{kind}received" + (" in a stall" if self.stalled else ""), numbers)
        put(self, message)

    async def accounted(self: IngestWorker, decoded: DecodedMessages[Any], outcome: StoreOutcome) -> None:
        await account(self, decoded, outcome)
        trace.note("stored", _honest(decoded))

    def settled(self: SendWindow, number: Any) -> None:
        trace.note("settled", [Number(operator, number.epoch.hex(), number.seq)])
        settle(self, number)

    for owner, name, wrapped in (
        (Mqtt, "start", started), (Mqtt, "publish", published), (Inbound, "put", received), (IngestWorker, "_account", accounted), (SendWindow, "settle", settled),
    ):  # fmt: skip
        setattr(owner, name, wrapped)


def _expect_turns() -> None:
    """Write a traceback if the event loop does not come back here in time, again and again."""
    faulthandler.dump_traceback_later(_BLOCKED_S)
    asyncio.get_running_loop().call_later(_TICK_S, _expect_turns)


def _accepted(trace: TraceFile, kind: str, numbers: Sequence[Number], done: "asyncio.Future[None]") -> None:
    error = None if done.cancelled() else done.exception()
    trace.note(f"{kind}accepted" if error is None else f"{kind}not accepted: {error}", numbers)


def _honest(decoded: DecodedMessages[Any]) -> Iterator[Number]:
    for one in decoded.batches:
        if one.sender.operator in _OPERATORS:
            yield Number(one.sender.operator, one.batch.epoch.hex(), one.batch.seq)


def main(where: str, which: str, *arguments: str) -> None:
    """Run a traced program."""
    operator = next((one for one in _OPERATORS if one in where), "")
    watch(TraceFile(Path(), where), operator)
    if which == "edge":
        logs.set_up()
        asyncio.run(edge_process.main(*arguments))
    else:
        sys.argv = ["gateway", which, *arguments]
        command_line()


if __name__ == "__main__":
    main(*sys.argv[1:])
