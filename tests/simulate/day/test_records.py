"""Records of the day."""

from gateway.simulate.day.records import ReceivedChange, received_change


def test_a_feature_becomes_a_record_of_its_version_and_state() -> None:
    feature = {"id": "x", "properties": {"version": 3, "state": "active", "kind": "outage"}}
    assert received_change("own", 17, feature) == ReceivedChange("own", "x", 17, 3, "active")
