"""The operations over TLS: what they do, once however often they are sent, and never over what somebody has not seen."""

from collections.abc import Iterator

import pytest

from gateway.host import clock
from tests.situation.examples import NOW_MS, accident, works
from tests.web.situation.served import ServedRoom, document_of, served

PATH = "/v1/situations/publiacqua-scavo-1"
DAY_MS = 86_400_000


@pytest.fixture
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedRoom]:
    with served(tmp_path_factory.mktemp("room")) as found:
        yield found


def test_a_situation_goes_through_its_life(room: ServedRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = room.publish("publiacqua", works(), "publiacqua-scavo-1")
    assert (answer.status, answer.headers["location"]) == (201, f"https://127.0.0.1:{room.port}{PATH}")
    assert answer.json["properties"]["state"] == "proposed"
    room.ask("comune", "POST", f"{PATH}/acknowledge", {"answer": "accepted", "version": 1})
    assert room.ask("publiacqua", "POST", f"{PATH}/confirm").json["properties"]["state"] == "confirmed"
    assert room.ask("publiacqua", "POST", f"{PATH}/take-back").json["properties"]["state"] == "planned"
    begun = room.ask("publiacqua", "POST", f"{PATH}/begin", {"verified": True})
    assert (begun.json["properties"]["state"], begun.json["properties"]["timing"]["start_verified"]) == ("active", True)
    monkeypatch.setattr(clock, "now_ms", lambda: NOW_MS + DAY_MS)
    assert room.ask("citelum", "POST", f"{PATH}/comment", {"text": "grazie"}).json["properties"]["comments"][0]["text"] == "grazie"
    ended = room.ask("publiacqua", "POST", f"{PATH}/end", {"time": "2026-11-03T08:00:00+01:00"})
    assert (ended.json["properties"]["state"], ended.json["properties"]["version"]) == ("ended", 6)
    actions = [(one["action"], one.get("organisation")) for one in room.ask("comune", "GET", f"{PATH}/history").json["items"]]
    assert actions == [
        ("publish", "publiacqua"), ("acknowledge", "comune"), ("confirm", "publiacqua"), ("take-back", "publiacqua"),
        ("begin", "publiacqua"), ("comment", "citelum"), ("end", "publiacqua"),
    ]  # fmt: skip


def test_an_update_needs_the_version_that_was_read(room: ServedRoom) -> None:
    tag = room.publish("publiacqua", works(), "publiacqua-scavo-1").headers["etag"]
    changed = document_of(works(severity="high"))
    assert room.ask("publiacqua", "PUT", PATH, changed).status == 428
    room.ask("citelum", "POST", f"{PATH}/comment", {"text": "visto"})
    done = room.ask("publiacqua", "PUT", PATH, changed, {"if-match": tag})
    assert (done.status, done.json["properties"]["version"]) == (200, 2), "a comment in between is in nobody's way"
    late = room.ask("publiacqua", "PUT", PATH, document_of(works(severity="low")), {"if-match": tag, "accept-language": "it"})
    assert (late.status, late.json["detail"]) == (412, "publiacqua-scavo-1 è alla versione 2: rileggerlo")
    assert room.ask("publiacqua", "PUT", PATH, document_of(works(severity="low")), {"if-match": '"nonsense"'}).status == 412
    wrong = changed | {"properties": changed["properties"] | {"version": 1}}
    assert room.ask("publiacqua", "PUT", PATH, wrong, {"if-match": "*"}).status == 412
    assert room.ask("publiacqua", "PUT", PATH, changed | {"id": "scavo-2"}, {"if-match": "*"}).status == 422
    assert room.ask("publiacqua", "POST", f"{PATH}/confirm", {}, {"if-match": tag}).status == 412
    assert room.ask("comune", "POST", f"{PATH}/acknowledge", {"answer": "seen", "version": 1}).status == 409


def test_what_is_sent_twice_is_done_once(room: ServedRoom) -> None:
    first, again = (room.publish("publiacqua", works(), key="k1") for _ in range(2))
    assert (again.status, again.body, again.headers["location"]) == (first.status, first.body, first.headers["location"])
    name = first.json["id"]
    key = {"idempotency-key": "k2"}
    path = f"/v1/situations/{name}"
    for _ in range(2):
        assert room.ask("publiacqua", "POST", f"{path}/comment", {"text": "uno"}, key).status == 200
    changed = document_of(works(severity="high"))
    one, other = (
        room.ask("publiacqua", "PUT", path, changed, {"if-match": first.headers["etag"], "idempotency-key": "k3"}) for _ in range(2)
    )
    assert (one.status, one.body) == (other.status, other.body) == (200, one.body)
    assert len(room.ask("publiacqua", "GET", f"{path}/history").json["items"]) == 3


def test_a_number_of_another_request_is_not_answered_as_if_it_were_done(room: ServedRoom) -> None:
    room.publish("publiacqua", works(), "publiacqua-scavo-1", key="k1")
    for answer in (
        room.publish("publiacqua", works(), "publiacqua-scavo-2", key="k1"),
        room.publish("publiacqua", works(severity="high"), "publiacqua-scavo-1", key="k1"),
        room.ask("publiacqua", "POST", f"{PATH}/comment", {"text": "uno"}, {"idempotency-key": "k1"}),
    ):
        assert (answer.status, answer.json["detail"]) == (422, "Idempotency-Key 'k1' was that of another request: use a new one")
    assert room.ask("citelum", "POST", f"{PATH}/comment", {"text": "uno"}, {"idempotency-key": "k1"}).status == 200, "each has its own"


def test_works_that_are_announced_late_are_published_with_the_day_that_was_missed(room: ServedRoom) -> None:
    late = works(timing={"planned_start": "2026-11-06", "planned_end": "2026-11-07"})
    answer = room.publish("publiacqua", late, "publiacqua-scavo-1")
    assert (answer.status, answer.headers["notice-missed"]) == (201, "2026-10-23")
    changed = room.ask("publiacqua", "PUT", PATH, document_of(works()), {"if-match": answer.headers["etag"]})
    assert (changed.status, "notice-missed" in changed.headers) == (200, False)
    assert "notice-missed" not in room.ask("comune", "POST", f"{PATH}/comment", {"text": "visto"}).headers


def test_a_name_is_used_once(room: ServedRoom) -> None:
    room.publish("publiacqua", works(), "publiacqua-scavo-1")
    assert room.publish("publiacqua", works(), "publiacqua-scavo-1").status == 409
    assert room.publish("publiacqua", works()).json["id"] != room.publish("publiacqua", works()).json["id"]


def test_pages_follow_each_other_by_absolute_addresses(room: ServedRoom) -> None:
    for number in range(5):
        room.publish("citelum", accident(), f"citelum-incidente-{number}")
    for root in ("/v1/situations", "/public/v1/situations"):
        names, address = [], f"{root}?limit=2&kind=accident"
        while address:
            page = room.ask("cap", "GET", address).json
            names.append([one["id"] for one in page["items"]])
            address = page.get("next", "")
            assert address == "" or address.startswith(f"https://127.0.0.1:{room.port}{root}?limit=2&kind=accident&cursor=")
            address = address.removeprefix(f"https://127.0.0.1:{room.port}")
        assert names == [[f"citelum-incidente-{number}" for number in page] for page in ((0, 1), (2, 3), (4,))]


def test_a_history_has_pages(room: ServedRoom) -> None:
    room.publish("publiacqua", works(), "publiacqua-scavo-1")
    for text in ("uno", "due"):
        room.ask("comune", "POST", f"{PATH}/comment", {"text": text})
    found, address = [], f"{PATH}/history?limit=2"
    while address:
        page = room.ask("citelum", "GET", address).json
        found.append([one["number"] for one in page["items"]])
        address = page.get("next", "").removeprefix(f"https://127.0.0.1:{room.port}")
    assert found == [[1, 2], [3]]
    assert room.ask("citelum", "GET", f"{PATH}/history?cursor=99").json == {"items": []}


def test_conflicts_are_those_that_the_organisation_may_see(room: ServedRoom) -> None:
    room.publish("publiacqua", works(), "publiacqua-scavo-1")
    room.publish("citelum", works(audience={"organisations": ["publiacqua"]}), "citelum-scavo-2")
    room.publish("cap", accident(kind="traffic", traffic={"type": "stationaryTraffic"}), "cap-coda-1")
    room.publish("comune", works(audience={}), "comune-segreto-1")
    found = room.ask("publiacqua", "GET", f"{PATH}/conflicts").json
    assert [(one["id"], one["grounds"], one["days_between"], one["distance_m"]) for one in found["items"]] == [
        ("citelum-scavo-2", ["street", "geometry"], 0, 0)
    ]
    assert [(one["id"], one["saved_area_m2"]) for one in found["together"]] == [("citelum-scavo-2", 20)]
    assert [one["id"] for one in room.ask("comune", "GET", f"{PATH}/conflicts").json["items"]] == ["citelum-scavo-2", "comune-segreto-1"]


def test_what_is_public_may_be_cached_and_read_by_pages_of_other_sites(room: ServedRoom) -> None:
    room.publish("citelum", accident(), "citelum-incidente-1")
    answer = room.ask(None, "GET", "/public/v1/situations/citelum-incidente-1")
    expected = {"cache-control": "public, max-age=30", "access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
    assert {name: answer.headers[name] for name in expected} == expected
    again = room.ask(None, "GET", "/public/v1/situations/citelum-incidente-1", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert room.ask("cap", "GET", "/v1/situations/citelum-incidente-1").headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in room.ask("cap", "GET", "/v1/situations/citelum-incidente-1").headers


def test_the_status_says_that_the_server_works(room: ServedRoom) -> None:
    answer = room.ask(None, "GET", "/status")
    assert (answer.status, answer.json) == (200, {"status": 200, "title": "OK"})


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [(b"", "application/geo+json", 422), (b"{", "application/json", 422), (b"{}", "application/json", 422), (b"\xff", "application/json", 422),
     (b"[" * 60_000, "application/json", 422), (b" " * 65_537, "application/json", 413), (b"{}", "application/xml", 415)],
)  # fmt: skip
def test_what_is_no_event_is_answered_with_the_reason(room: ServedRoom, body: bytes, kind: str, status: int) -> None:
    answer = room.ask("citelum", "POST", "/v1/situations", body, {"content-type": kind})
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json["detail"]


def test_what_is_affected_is_computed_from_the_assets_of_the_site_and_what_the_owner_says(room: ServedRoom) -> None:
    impact = {"lines": ["LAM 1"], "stops": [{"id": "4411", "name": "Via Roma"}]}
    assert room.publish("publiacqua", works(impact=impact), "publiacqua-affecting").status == 201
    found = room.ask("citelum", "GET", "/v1/situations/publiacqua-affecting/affected").json
    assert found == {
        "asset_count": 2, "assets": ["pl-1", "qe-041"], "lines": ["LAM 1"], "stops": [{"id": "4411", "name": "Via Roma"}],
    }  # fmt: skip


def test_an_organisation_reads_what_it_owns_near_a_situation_and_nobody_else_does(room: ServedRoom) -> None:
    assert room.publish("publiacqua", works(), "publiacqua-near-citelum").status == 201
    path = "/v1/situations/publiacqua-near-citelum/near"
    assert room.ask("citelum", "GET", path).json == {"near_own_assets": [{"id": "linea-7", "distance_m": 9.9}]}
    assert room.ask("publiacqua", "GET", path).json == room.ask("comune", "GET", path).json == {"near_own_assets": []}
