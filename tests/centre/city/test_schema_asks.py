"""When the city plane asks for a schema document."""

import pytest

from gateway.centre.city import schema_asks
from gateway.centre.city.schema_asks import AskedSchemas
from gateway.model.topics import GatewayId

ONE, OTHER = GatewayId("prato", "citelum", "gw-1"), GatewayId("prato", "citelum", "gw-2")


def test_a_gateway_is_asked_at_once_and_again_only_after_a_while() -> None:
    asks = AskedSchemas()
    assert [asks.due(ONE, now_s) for now_s in (0.0, 0.1, 9.9, 10.0, 10.1)] == [True, False, False, True, False]


def test_each_gateway_is_asked_for_itself() -> None:
    asks = AskedSchemas()
    assert asks.due(ONE, 0.0)
    assert asks.due(OTHER, 0.0)


def test_the_gateways_that_are_remembered_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema_asks, "_MOST", 2)
    asks = AskedSchemas()
    for number in range(5):
        assert asks.due(GatewayId("prato", "citelum", f"gw-{number}"), 0.0)
    assert len(asks._asked_s) == 2
    assert not asks.due(GatewayId("prato", "citelum", "gw-4"), 1.0)
