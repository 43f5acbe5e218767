"""The body of a webhook's message."""

import json

from gateway.centre.situation.changes import SituationChange
from gateway.centre.situation.push.message import push_message
from gateway.situation.audience import feature_of
from gateway.situation.private_layer import NearFeature
from tests.situation.examples import NOW_MS, published, works


def test_a_change_has_the_situation_and_its_number() -> None:
    found = json.loads(push_message(SituationChange(7, "scavo-1", feature_of(published(works()))), NOW_MS))
    assert (found["type"], found["timestamp"]) == ("situation.changed", "2026-11-02T08:00:00.000Z")
    assert (found["data"]["id"], found["data"]["number"]) == ("scavo-1", 7)
    assert found["data"]["situation"]["properties"]["headline"] == {"it": "Scavo in Via Roma"}


def test_what_an_organisation_may_not_see_any_more_has_only_its_id() -> None:
    found = json.loads(push_message(SituationChange(8, "scavo-1", None), NOW_MS))
    assert (found["type"], found["data"]) == ("situation.gone", {"id": "scavo-1", "number": 8})


def test_what_the_recipient_owns_near_works_is_in_it() -> None:
    change = SituationChange(7, "scavo-1", feature_of(published(works())), (NearFeature("tubo-1", 4.2),))
    assert json.loads(push_message(change, NOW_MS))["data"]["near_own_assets"] == [{"id": "tubo-1", "distance_m": 4.2}]
