"""What an organisation owns, and which works come near to it."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.situation.audience import feature_of
from gateway.situation.conflicts.shape import shape_of
from gateway.situation.event.geometry import PointGeometry
from gateway.situation.event.kinds import SituationKind, SituationState
from gateway.situation.lifecycle.parties import Organisation, Parties
from gateway.situation.private_layer import (
    MOST_FEATURES,
    MOST_LAYER_BYTES,
    MOST_NEAR,
    NearFeature,
    NearSituation,
    are_works_of_others,
    concerns,
    near_features,
    near_message,
    read_layer,
)
from tests.situation.telemetry.examples import IN_THE_WORKS, digging

PARTIES = Parties({name: Organisation(name, name, name == "comune") for name in ("comune", "publiacqua", "citelum", "e-distribuzione")})
AT = shape_of(PointGeometry(IN_THE_WORKS))
METRE_DEG = 1 / 111_195


def feature(geometry: Any, name: str | int | None = None) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"depth": 1.2}, "geometry": geometry} | ({} if name is None else {"id": name})


def point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def north(metres: float) -> dict[str, Any]:
    return point(IN_THE_WORKS[0], IN_THE_WORKS[1] + metres * METRE_DEG)


def collection(*features: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "name": "rete", "crs": None, "features": features}).encode()


def test_points_lines_and_areas_are_near_within_the_distance_the_nearest_first() -> None:
    lon, lat = IN_THE_WORKS
    ring = [[lon - 0.001, lat - 0.001], [lon + 0.001, lat - 0.001], [lon + 0.001, lat + 0.001], [lon - 0.001, lat - 0.001]]
    layer = read_layer(
        collection(
            feature(north(20), "valve"),
            feature(north(31), "far"),
            feature({"type": "LineString", "coordinates": [[lon - 0.01, lat + 10 * METRE_DEG], [lon + 0.01, lat + 10 * METRE_DEG]]}, 17),
            feature({"type": "Polygon", "coordinates": [ring]}),
            feature(None, "not drawn"),
        )
    )
    assert len(layer) == 4
    assert layer.near(AT, 30.0) == [NearFeature("#4", 0.0), NearFeature("17", 10.0), NearFeature("valve", 20.0)]


def test_the_nearest_are_named_if_there_are_too_many() -> None:
    layer = read_layer(collection(*(feature(north(number / 100), str(number)) for number in reversed(range(MOST_NEAR + 50)))))
    found = layer.near(AT, 30.0)
    assert len(found) == MOST_NEAR
    assert max(one.distance_m for one in found) <= 1.0


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "Input data was truncated"),
        (b"[" * 100_000, "nested too deeply|Expected"),
        (b"\xff", "malformed|utf"),
        (json.dumps(feature(north(0))).encode(), "enum value 'Feature'"),
        (collection(feature({"type": "Point", "coordinates": [11.0, 43.0, 5.0]})), "length 2"),
        (collection(feature(point(43.0, 111.0))), "90"),
        (collection(feature({"type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 2]]]}, "basin")), "feature basin: a ring"),
        (collection(feature(north(0), "x" * 65)), "length <= 64"),
        (collection(feature(north(0), "a\nb")), "regex"),
        (collection(*[{"type": "Feature", "geometry": None}] * (MOST_FEATURES + 1)), "length <= 20000"),
        (b" " * (MOST_LAYER_BYTES + 1), "more than 16 MiB"),
    ],
)
def test_what_is_no_layer_is_rejected_with_the_place(payload: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_layer(payload)


def test_an_organisation_is_told_of_real_works_of_others_that_it_may_see() -> None:
    works = digging()
    told = {name for name in PARTIES.organisations if concerns(works, name, PARTIES)}
    assert told == {"comune", "citelum"}
    public = digging(audience={"public": True})
    assert concerns(public, "e-distribuzione", PARTIES)
    assert not concerns(replace(public, state=SituationState.ENDED), "e-distribuzione", PARTIES)
    assert not concerns(digging(audience={"public": True}, information_status="test"), "e-distribuzione", PARTIES)
    other_kind = replace(public, content=replace(public.content, kind=SituationKind.CLOSURE))
    assert not concerns(other_kind, "e-distribuzione", PARTIES)


def test_works_that_are_not_drawn_are_near_to_nothing_and_are_not_in_the_message() -> None:
    layer = read_layer(collection(feature(north(0), "valve")))
    works = digging()
    assert near_features(layer, None, 30.0) == []
    near = near_features(layer, works.geometry, 30.0)
    assert [one.id for one in near] == ["valve"]
    message = near_message([NearSituation("a", []), NearSituation("b", near)])
    assert [one.situation for one in message.situations] == ["b"]


def test_a_message_has_no_more_features_than_fit() -> None:
    many = [NearFeature("f", 1.0)] * MOST_NEAR
    assert len(near_message(NearSituation(str(number), many) for number in range(200)).situations) == 100


def test_works_of_others_are_those_that_are_real_also_when_they_are_over() -> None:
    works = digging()
    assert are_works_of_others(feature_of(works), "citelum")
    assert are_works_of_others(feature_of(replace(works, state=SituationState.CANCELLED)), "citelum")
    assert not are_works_of_others(feature_of(works), works.owner)
    assert not are_works_of_others(feature_of(digging(information_status="technicalExercise")), "citelum")
