"""A simulated organisation on the broker; the contract of both interfaces is in test_client.py."""

import pytest

from gateway.simulate.day import mqtt_client
from gateway.simulate.day.acts import CONFIRM, DayStep
from gateway.simulate.day.client import RoomUnreachable
from gateway.simulate.day.credentials import DayCredentials
from gateway.simulate.day.mqtt_client import MqttOrganisation
from gateway.simulate.day.records import DayCall


async def test_a_wrong_password_is_not_let_in(room: DayCredentials, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt_client, "_ANSWER_S", 1.0)
    client = MqttOrganisation("cap", room.passwords["alia"], room.broker_port, room.site)
    with pytest.raises(RoomUnreachable, match="no answer"):
        await client.connect()
    await client.close()


async def test_a_request_without_an_answer_is_an_error(room: DayCredentials, monkeypatch: pytest.MonkeyPatch) -> None:
    client = MqttOrganisation("cap", room.passwords["cap"], room.broker_port, "elsewhere")
    await client.connect()
    monkeypatch.setattr(mqtt_client, "_ANSWER_S", 0.2)
    with pytest.raises(RoomUnreachable, match="no answer to cap-1 within"):
        await client.call(DayCall(DayStep(0, "cap", "x", CONFIRM), "cap-1", 0))
    await client.close()
