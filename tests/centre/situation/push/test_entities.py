"""The requests that make the entities of a context broker those of a situation."""

import json
from typing import Any

import pytest

from gateway.centre.situation.push.entities import BrokerApi, broker_requests
from gateway.model.instants import iso_utc
from gateway.situation.formats.port import ExportedSituation
from tests.situation.formats.exports import MADE_MS, request_of, seen

_DAY_MS = 86_400_000
APIS: tuple[BrokerApi, ...] = ("ngsi-v2", "ngsi-ld")


def requests(api: BrokerApi, **changes: Any) -> list[tuple[str, str]]:
    found = broker_requests(api, "x", ExportedSituation(seen(**changes)), request_of())
    return [(one.method, one.path) for one in found]


def test_with_ngsi_v2_an_entity_is_created_and_then_has_exactly_what_is_said() -> None:
    first, second = broker_requests("ngsi-v2", "x", ExportedSituation(seen()), request_of())
    assert {(one.method, one.path, one.media) for one in (first, second)} == {("POST", "/v2/op/update", "application/json")}
    bodies = [json.loads(one.body or b"") for one in (first, second)]
    assert [one.pop("actionType") for one in bodies] == ["append", "replace"]
    assert bodies[0] == bodies[1]
    assert len(bodies[0]["entities"]) == 1


def test_with_ngsi_ld_an_entity_is_replaced_by_one_request() -> None:
    (one,) = broker_requests("ngsi-ld", "x", ExportedSituation(seen()), request_of())
    assert (one.method, one.path, one.media) == ("POST", "/ngsi-ld/v1/entityOperations/upsert", "application/ld+json")
    assert 207 not in one.accepts, "a part that was not accepted is no success"


def test_what_nobody_may_see_any_more_is_deleted_whatever_it_was() -> None:
    found = broker_requests("ngsi-v2", "x", None, request_of())
    assert [(one.method, one.path) for one in found] == [
        ("DELETE", "/v2/entities/urn:ngsi-ld:CityWork:prato:x?type=CityWork"),
        ("DELETE", "/v2/entities/urn:ngsi-ld:Alert:prato:x?type=Alert"),
    ]
    assert all(404 in one.accepts and one.body is None for one in found), "it may be gone already"
    found = broker_requests("ngsi-ld", "x", None, request_of())
    assert [one.path for one in found] == [f"/ngsi-ld/v1/entities/urn:ngsi-ld:{model}:prato:x" for model in ("CityWork", "Alert")]


@pytest.mark.parametrize("api", APIS)
def test_works_that_are_over_have_a_last_state_and_alerts_that_are_over_are_deleted(api: BrokerApi) -> None:
    ended = {"state": "ended", "updated": iso_utc(MADE_MS - _DAY_MS)}
    assert {method for method, _ in requests(api, **ended)} == {"POST"}
    assert {method for method, _ in requests(api, kind="closure", roadworks=None, **ended)} == {"DELETE"}
    assert {method for method, _ in requests(api, **ended | {"updated": iso_utc(MADE_MS - 8 * _DAY_MS)})} == {"DELETE"}


@pytest.mark.parametrize("api", APIS)
def test_what_goes_on_after_its_planned_end_has_no_end(api: BrokerApi) -> None:
    for said, end in (({}, b"endDate"), ({"kind": "closure", "roadworks": None}, b"validTo")):
        for overrunning in (False, True):
            features = ExportedSituation(seen(state="active", overrunning=overrunning, **said))
            bodies = [one.body or b"" for one in broker_requests(api, "x", features, request_of())]
            assert [end in body for body in bodies] == [not overrunning] * len(bodies)


@pytest.mark.parametrize("api", APIS)
def test_what_has_no_place_in_the_models_is_not_there(api: BrokerApi) -> None:
    for changes in ({"state": "proposed"}, {"kind": "outage", "roadworks": None}, {"information_status": "test"}):
        assert {method for method, _ in requests(api, **changes)} == {"DELETE"}
