"""A simulated organisation on the broker: paho's client in its thread, with the organisation's own login."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from gateway.simulate.day.client import RoomUnreachable
from gateway.simulate.day.inbox import DayInbox
from gateway.simulate.day.organisations import PERSON
from gateway.simulate.day.records import Channel, DayCall, DayReply, received_change

P = ParamSpec("P")

_ANSWER_S = 30.0
_KEEP_ALIVE_S = 60


class MqttOrganisation:
    """An organisation that uses the broker.

    Args:
        name: The organisation, which is also its user.
        password: That of its user.
        port: The broker's, on loopback.
        site: The first level of the topics.
    """

    def __init__(self, name: str, password: str, port: int, site: str) -> None:
        self.inbox = DayInbox()
        self._port, self._own, self._public = port, f"{site}/v1/sr/org/{name}", f"{site}/v1/sr/public"
        self._ready = asyncio.Event()
        self._answers: dict[str, asyncio.Future[DayReply]] = {}
        self._loop = asyncio.get_running_loop()
        self._paho = client = paho.Client(CallbackAPIVersion.VERSION2, f"day-{name}", protocol=MQTTProtocolVersion.MQTTv5)
        client.username_pw_set(name, password)
        client.on_connect = lambda *_: self._subscribe()
        client.on_subscribe = lambda *_: self._in_loop(self._ready.set)
        client.on_message = lambda _c, _d, message: self._in_loop(self._received, message.topic, bytes(message.payload))

    async def connect(self) -> None:
        """Connect, and subscribe to the public tree, the own inbox and the answers."""
        try:
            await asyncio.to_thread(self._paho.connect, "127.0.0.1", self._port, _KEEP_ALIVE_S)
            self._paho.loop_start()
            async with asyncio.timeout(_ANSWER_S):
                await self._ready.wait()
        except (OSError, TimeoutError) as error:
            raise RoomUnreachable(f"the broker at port {self._port}: {str(error) or 'no answer'}") from error

    async def call(self, call: DayCall) -> DayReply:
        """Publish a request, and return the answer to it."""
        answer: asyncio.Future[DayReply] = self._loop.create_future()
        self._answers[call.request] = answer
        self._paho.publish(f"{self._own}/request", msgspec.json.encode(_request(call)), qos=1)
        try:
            async with asyncio.timeout(_ANSWER_S):
                return await answer
        except TimeoutError:
            raise RoomUnreachable(f"no answer to {call.request} within {_ANSWER_S:g} s") from None
        finally:
            del self._answers[call.request]

    async def close(self) -> None:
        """Disconnect."""
        self._paho.disconnect()
        await asyncio.to_thread(self._paho.loop_stop)

    def _in_loop(self, function: Callable[P, None], *args: P.args, **_: P.kwargs) -> None:
        """Run a function in the event loop; paho's thread calls this."""
        self._loop.call_soon_threadsafe(function, *args)

    def _subscribe(self) -> None:
        self._paho.subscribe([(f"{self._own}/+/+", 1), (f"{self._own}/answer", 1), (f"{self._public}/+/+", 1)])

    def _received(self, topic: str, payload: bytes) -> None:
        if not payload:
            return
        content = msgspec.json.decode(payload)
        if topic == f"{self._own}/answer":
            self._answered(content)
            return
        channel: Channel = "public" if topic.startswith(self._public) else "own"
        self.inbox.add(received_change(channel, int(content["sequence"]), content["data"]))

    def _answered(self, content: Mapping[str, Any]) -> None:
        waiting = self._answers.get(content.get("request", ""))
        if waiting is not None and not waiting.done():
            reason = "; ".join(one["en"] for one in content.get("reasons", []))
            waiting.set_result(DayReply(content["done"], content.get("version"), reason))


def _request(call: DayCall) -> Mapping[str, Any]:
    action = dict(call.step.act)
    if action["type"] == "update":
        feature = action["feature"]
        action["feature"] = {**feature, "properties": {**feature["properties"], "version": call.version}}
    elif action["type"] == "acknowledge":
        action["version"] = call.version
    return {"request": call.request, "by": PERSON, "situation": call.step.situation, "action": action}
