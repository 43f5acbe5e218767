"""Canonical fields become phases."""

from gateway.provision.diagnosis.meter_values import meter_values


def test_fields_become_phases_and_a_total() -> None:
    found = meter_values({"voltage_l1": 230.0, "current_l2": 4, "active_power": 100.0, "frequency": 50.0}, "L1-L3-L2")
    assert [one.number for one in found.phases] == [1, 2]
    assert found.phases[0].voltage_v == 230.0
    assert found.phases[1].current_a == 4.0
    assert found.total.active_w == 100.0
    assert found.reversed_order is True


def test_what_a_meter_does_not_have_is_absent() -> None:
    found = meter_values({"voltage_l1": None, "supply_loss": True})
    assert found.phases == ()
    assert found.reversed_order is None
