"""Notices of excavations."""

import json
from typing import Any

import pytest

from gateway.situation.imports.excavation_notices import read_excavation_notices
from gateway.situation.imports.port import ImportedSituation, ImportRejected
from tests.situation.examples import ROME
from tests.situation.imports.samples import sample


def deviations(one: ImportedSituation) -> list[str]:
    return [deviation.en for deviation in one.deviations]


def changed(**properties: Any) -> ImportedSituation:
    document = json.loads(sample("milano-avvisi-manomissione-sample.geojson"))
    feature = document["features"][1]
    feature["properties"] |= properties
    (one,) = read_excavation_notices(json.dumps({"features": [feature]}).encode(), ROME)
    return one


def test_days_are_local_and_the_last_one_is_included() -> None:
    found = read_excavation_notices(sample("milano-avvisi-manomissione-sample.geojson"), ROME)
    drafts = [one.draft for one in found if one.draft is not None]
    assert [(one.properties.timing.planned_start, one.properties.timing.planned_end) for one in drafts] == [
        ("2021-06-10", "2021-06-18"), ("2026-08-10", "2026-08-19"), ("2026-07-23", "2026-08-21"), ("2026-07-20", "2026-08-18"),
    ]  # fmt: skip
    assert all("says" not in text for one in found for text in deviations(one)), "the number of days that the notices say"
    works = drafts[1].properties.roadworks
    assert works is not None
    assert works.excavation is not None
    assert (works.contractor, works.permit, works.excavation.area_m2) == ("Unareti S.p.A", "449600/2026", 10.0)
    (street,) = drafts[1].properties.location.street_refs
    assert (street.name, street.number_from, street.key) == ("Via NOVARA", "235", None)


@pytest.mark.parametrize(
    ("properties", "deviation"),
    [
        ({"Totale giorni previsti di lavori": "9"}, "'Totale giorni previsti di lavori' says 9, its days are 10"),
        ({"Data prevista fine lavori": "2026-08-18 20:00:00+00:00"}, "'Data prevista fine lavori' is not midnight in local time: '2026-08-18 20:00:00+00:00'"),
        ({"Superficie occupata in mq": "molto"}, "'Superficie occupata in mq' is no number: 'molto'"),
        ({"Tipologia area coinvolta": "Pista"}, "'Tipologia area coinvolta' is not known: 'Pista'"),
        ({"Colore": "rosso"}, "the column 'Colore' is not known"),
    ],
)  # fmt: skip
def test_what_is_odd_is_named(properties: dict[str, Any], deviation: str) -> None:
    one = changed(**properties)
    assert one.draft is not None
    assert deviation in deviations(one)


def test_a_notice_without_a_begin_is_not_imported() -> None:
    one = changed(**{"Data prevista inizio lavori": "presto"})
    assert one.draft is None
    assert "'Data prevista inizio lavori' is no time: 'presto'" in deviations(one)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"features": [{"properties": 3}]}', b"[" * 100_000])
def test_a_document_that_is_no_collection_is_rejected(content: bytes) -> None:
    with pytest.raises(ImportRejected):
        read_excavation_notices(content, ROME)
