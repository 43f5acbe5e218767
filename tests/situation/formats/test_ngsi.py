"""Entities of context brokers."""

import json
from typing import Any

import jsonschema
import pytest

from gateway.situation.event.document import SituationFeature
from gateway.situation.formats.ngsi import NGSI_LD, NGSI_V2, EntityAttribute
from tests.situation.formats.document_fields import documents, feature_of_document
from tests.situation.formats.exports import content_of, export_of, seen
from tests.situation.formats.schemas import check_ngsi_ld, check_ngsi_v2

WORKS = {
    "permit": "P-7",
    "contractor": "Scavi srl",
    "ordinance": {"number": "123/2026", "url": "https://example.org/o"},
    "category": "immediate_urgent",
    "excavation": {},
}


def entity(feature: SituationFeature) -> dict[str, Any]:
    """Return the one entity in NGSI-v2, its values alone."""
    content = content_of(NGSI_V2, feature)
    check_ngsi_v2(content)
    check_ngsi_ld(content_of(NGSI_LD, feature))
    (found,) = json.loads(content)["entities"]
    return {name: one["value"] if isinstance(one, dict) else one for name, one in found.items()}


def test_every_document_is_valid() -> None:
    for document in documents():
        for exchange_format, check in ((NGSI_V2, check_ngsi_v2), (NGSI_LD, check_ngsi_ld)):
            for file in export_of(exchange_format, feature_of_document(document)).files:
                check(file.content)


def test_the_schema_refuses_what_is_wrong() -> None:
    with pytest.raises(jsonschema.ValidationError):
        check_ngsi_v2(content_of(NGSI_V2, seen()).replace(b'"planned"', b'"soon"'))


def test_works_are_a_city_work() -> None:
    found = entity(seen(roadworks=WORKS, headline={"it": "Scavo", "en": "Works"}, state="active"))
    assert {name: found[name] for name in ("id", "type", "name", "alternateName", "workState", "startDate", "endDate", "dataProvider")} == {
        "id": "urn:ngsi-ld:CityWork:prato:scavo-1", "type": "CityWork", "name": "Scavo", "alternateName": "Works", "workState": "open",
        "startDate": "2026-11-30T23:00:00Z", "endDate": "2026-12-20T23:00:00Z", "dataProvider": "Publiacqua",
    }  # fmt: skip
    assert {name: found[name] for name in ("workNumber", "mainContractingCompany", "decrees", "typeOfInterventionRequest", "workNature")} == {
        "workNumber": "P-7", "mainContractingCompany": "Scavi srl", "decrees": ["123/2026", "https://example.org/o"],
        "typeOfInterventionRequest": "urgentWorks", "workNature": ["trenchOpening"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": "accident", "severity": "high"}, ("traffic", "carAccident", "high")),
        ({"kind": "closure"}, ("traffic", "roadClosed", None)),
        ({"kind": "closure", "impact": {"lanes_closed": 1}}, ("traffic", None, None)),
        ({"kind": "traffic", "severity": "none"}, ("traffic", "trafficJam", "informational")),
        ({"kind": "environment"}, ("environment", None, None)),
    ],
)
def test_others_are_an_alert(changes: dict[str, Any], expected: tuple[str, str | None, str | None]) -> None:
    found = entity(seen(**changes))
    assert (found["category"], found.get("subCategory"), found.get("severity")) == expected
    assert found["id"].startswith("urn:ngsi-ld:Alert:prato:")


def test_texts_may_contain_what_orion_forbids_elsewhere() -> None:
    batch = json.loads(content_of(NGSI_V2, seen(headline={"it": "Scavo (fase 1); 'lato' <nord>"})))
    assert batch["entities"][0]["name"] == {"type": "TextUnrestricted", "value": "Scavo (fase 1); 'lato' <nord>"}


def test_instants_are_typed_in_both() -> None:
    (linked,) = json.loads(content_of(NGSI_LD, seen()))
    assert linked["startDate"] == {"type": "Property", "value": {"@type": "DateTime", "@value": "2026-11-30T23:00:00Z"}}
    assert linked["location"]["type"] == "GeoProperty"
    assert EntityAttribute("name", "text", "x").kind == "text"


def test_kinds_without_a_model_are_left_out() -> None:
    assert [one.reason.en for one in export_of(NGSI_V2, seen(kind="parking")).left_out] == ["NGSI-v2 has no events of the kind 'parking'"]
    assert [one.reason.en for one in export_of(NGSI_LD, seen(geometry=None)).left_out] == ["it has no geometry"]
