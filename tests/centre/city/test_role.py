"""The city role reports its connection, and what it does not publish in time or at all."""

import time

import pytest

from gateway.centre.city.role import CityRole
from gateway.centre.role import RoleContext
from gateway.model.site.centre import CentreSettings
from gateway.model.site.store import HistorySettings, StoreSettings
from gateway.model.topics import GatewayId

EVIL = GatewayId("prato", "evil", "gw-1")


def made() -> CityRole:
    settings = CentreSettings(broker="mqtt://127.0.0.1:1", store=StoreSettings(history=HistorySettings(path="unused")))
    return CityRole(RoleContext("prato", settings))


def test_a_role_without_a_broker_is_not_ok() -> None:
    role = made()
    assert role.health() == {"ok": False, "city_connected": False, "city_late_s": 0.0, "city_alarms": []}
    assert {metric.name: metric.samples[0].value for metric in role.samples()} == {
        "street_city_messages": 0,
        "street_city_ignored": 0,
        "street_city_dropped": 0,
        "street_city_refused": 0,
        "street_city_assets": 0,
        "street_city_late_seconds": 0,
        "street_city_connected": 0,
    }


def test_a_city_plane_that_is_late_says_so_and_is_not_ok() -> None:
    role = made()
    role._publisher.mqtt.state.connected = True
    assert role.health()["ok"]
    role._publisher.inbox.put(EVIL, b"batch", time.monotonic() - 10)
    health = role.health()
    assert not health["ok"]
    assert health["city_alarms"] == ["the city plane is 10 s late: the machine, or the broker, is too slow for it"]
    list(role._publisher.inbox.take(time.monotonic()))
    assert role.health()["ok"]


def test_a_gateway_of_which_not_everything_is_published_is_named_and_the_city_plane_is_ok(monkeypatch: pytest.MonkeyPatch) -> None:
    role = made()
    role._publisher.mqtt.state.connected = True
    now_s = time.monotonic()
    role._publisher.latest.room.refuse(("evil", "gw-1"), now_s)
    for number in range(200):
        role._publisher.inbox.put(EVIL, bytes([number]), now_s)
    health = role.health()
    assert health["ok"]
    assert health["city_alarms"] == [
        "evil/gw-1: not all of its assets are on the city plane: they are too many or too large",
        "evil/gw-1: it sends more batches than the city plane can use",
    ]
    monkeypatch.setattr("gateway.centre.city.publisher._ALARMED_S", -1.0)
    assert role.health()["city_alarms"] == []
