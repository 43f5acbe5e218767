"""Ending the sessions of others at a real broker."""

from pathlib import Path

import pytest

from gateway.host.mqtt import Broker, Message, Mqtt, session_ending
from gateway.host.mqtt.session_ending import SessionNotEnded, end_sessions
from tests.hostile.client import Client
from tests.system.peer import until
from tests.system.servers import free_port, mosquitto


async def test_what_waits_for_a_client_is_discarded_and_its_connection_ends(tmp_path: Path) -> None:
    process, port = mosquitto(tmp_path)
    broker, came = Broker(f"mqtt://127.0.0.1:{port}"), list[Message]()

    def client(name: str) -> Mqtt:
        made = Mqtt(broker, name, session_expiry_s=3600, on_connect=lambda: made.subscribe("x"), on_message=came.append)
        made.start()
        return made

    away, online, stays = client("away"), client("online"), client("stays")
    await until("the connections", lambda: all(one.state.connected for one in (away, online, stays)))
    writer = Client(port, "writer").ready()
    writer.publish("x", b"1")
    await until("the message for all", lambda: len(came) == 3)
    await away.stop()
    writer.publish("x", b"2")
    await until("the message for two", lambda: len(came) == 5)
    await end_sessions(broker, ["away", "online"])
    await until("a new connection", lambda: online.state.session == 2 and online.state.connected)
    assert stays.state.session == 1
    came.clear()
    away = client("away")
    await until("the connection", lambda: away.state.connected)
    writer.publish("x", b"3")
    await until("the message for all", lambda: len(came) >= 3)
    assert {one.payload for one in came} == {b"3"}, "what waited is gone"
    for one in (away, online, stays):
        await one.stop()
    writer.close()
    process.stop()


async def test_a_broker_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_ending, "_WITHIN_S", 0.1)
    url = f"mqtt://127.0.0.1:{free_port()}"
    with pytest.raises(SessionNotEnded, match=url):
        await end_sessions(Broker(url), ["x"])
