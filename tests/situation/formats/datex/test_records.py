"""Which records a situation has in DATEX II."""

from typing import Any

import pytest

from gateway.situation.formats.datex.records import DatexRecord, probability, records_of, severity, shortened, word
from tests.situation.formats.exports import seen


def records(**changes: Any) -> list[tuple[str, dict[str, str]]]:
    return [(one.name, dict(one.details)) for one in records_of(seen(**changes).properties, {"collision": "crash"})]


def restriction(name: str) -> tuple[str, dict[str, str]]:
    return "RoadOrCarriagewayOrLaneManagement", {"complianceOption": "mandatory", "roadOrCarriagewayOrLaneManagementType": name}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("MaintenanceWorks", {"roadMaintenanceType": "roadworks"})),
        ({"roadworks": {"maintenance": ["repairWork"], "category": "immediate_emergency"}}, ("MaintenanceWorks", {"urgentRoadworks": "true", "roadMaintenanceType": "repairWork"})),
        ({"kind": "traffic"}, ("AbnormalTraffic", {})),
        ({"kind": "traffic", "traffic": {"type": "slowTraffic", "queue_length_m": 300}}, ("AbnormalTraffic", {"abnormalTrafficType": "slowTraffic", "queueLength": "300"})),
        ({"kind": "accident"}, ("Accident", {"accidentType": "accident"})),
        ({"kind": "accident", "accident": {"types": ["collision"]}}, ("Accident", {"accidentType": "crash"})),
        ({"kind": "damage"}, ("InfrastructureDamageObstruction", {"infrastructureDamageType": "other"})),
        ({"kind": "damage", "damage": {"type": "gasLeak"}}, ("InfrastructureDamageObstruction", {"infrastructureDamageType": "gasLeak"})),
        ({"kind": "lighting", "lighting": {"fault": "unheardOf"}}, ("EquipmentOrSystemFault", {"equipmentOrSystemFaultType": "workingIncorrectly", "faultyEquipmentOrSystemType": "streetLighting"})),
        ({"kind": "publicevent", "publicevent": {"type": "market"}}, ("PublicEvent", {"publicEventType": "market"})),
        ({"kind": "closure"}, restriction("roadClosed")),
        ({"kind": "closure", "impact": {"lanes_closed": 1}}, restriction("other")),
    ],
)  # fmt: skip
def test_a_kind_has_a_class(changes: dict[str, Any], expected: tuple[str, dict[str, str]]) -> None:
    assert records(**changes) == [expected]


def test_restrictions_are_records_of_their_own_and_each_once() -> None:
    found = records(impact={"management": ["narrowLanes", "roadClosed", "narrowLanes"], "control": "road_closure"})
    assert found[1:] == [restriction("narrowLanes"), restriction("roadClosed")]
    assert records(kind="outage") == []


def test_what_no_version_knows_has_a_word() -> None:
    said = seen(probability="unheardOf", severity="unheardOf").properties
    assert (probability(said), severity(said)) == ("probable", "unknown")
    assert word(seen(kind="unheard_of").properties.kind, {}) == "other"
    assert DatexRecord("PublicEvent", ()).name == "PublicEvent"


def test_long_texts_are_shortened() -> None:
    assert shortened("a" * 1024) == "a" * 1024
    assert shortened("a" * 1025) == "a" * 1023 + "…"
