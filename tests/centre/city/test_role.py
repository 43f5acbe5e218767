"""The city role reports its connection."""

from gateway.centre.city.role import CityRole
from gateway.centre.role import RoleContext
from gateway.model.site import CentreSettings, HistorySettings, StoreSettings


def test_a_role_without_a_broker_is_not_ok() -> None:
    settings = CentreSettings(broker="mqtt://127.0.0.1:1", store=StoreSettings(history=HistorySettings(path="unused")))
    role = CityRole(RoleContext("prato", settings))
    assert role.health() == {"ok": False, "city_connected": False}
    assert {metric.name: metric.samples[0].value for metric in role.samples()} == {
        "street_city_messages": 0,
        "street_city_ignored": 0,
        "street_city_connected": 0,
    }
