"""The state that the page shows: latest values and what is wrong now."""

import msgspec
import pytest

from gateway.web.operator.board import Board

T = 1_795_400_120_000


def message(asset: str = "pl-1", *, second: int = 20, failed: object = False, quality: str = "Good", **more: object) -> bytes:
    """Return a message of one lamp; `time` and the message's own keys may be given."""
    value = {"quality": quality} if quality.startswith("Bad") else {"quality": quality, "value": failed}
    time = more.pop("time", f"2026-11-23T02:15:{second}.000Z")
    reading = {"device": "d", "time": time, "every_s": 5.0, "values": {"lamp_failure": value}}
    plain = {"v": 1, "asset": asset, "measurement": "lamp", "operator": "o", "gateway": "g", "complete_until": "2026-11-23T02:15:00Z"}
    return msgspec.json.encode(plain | {"readings": [reading]} | more)


def kinds(board: Board, now_ms: int) -> list[tuple[str, str, int]]:
    return [(fault.kind, fault.subject, fault.since_ms) for fault in board.faults(now_ms)]


def test_an_asset_without_a_reading_for_three_intervals_is_missing() -> None:
    board = Board()
    board.accept_asset("t", message())
    assert kinds(board, T + 19_000) == []
    assert kinds(board, T + 20_001) == [("missing", "pl-1", T)]


def test_a_device_that_does_not_respond_is_a_fault_since_its_first_bad_reading() -> None:
    board = Board()
    board.accept_asset("t", message(quality="BadTimeout"))
    assert kinds(board, T + 1000) == [("no_answer", "pl-1", T)]
    board.accept_asset("t", message(second=25, quality="BadTimeout"))
    assert kinds(board, T + 6000) == [("no_answer", "pl-1", T)]
    board.accept_asset("t", message(second=30))
    assert kinds(board, T + 11_000) == []


def test_a_failed_lamp_is_a_fault() -> None:
    board = Board()
    board.accept_asset("t", message(failed=True))
    assert kinds(board, T) == [("lamp_failed", "pl-1", T)]


def test_a_gateway_that_went_offline_is_a_fault() -> None:
    board = Board()
    board.accept_gateway("o/g", b'{"state":"online"}', T)
    assert kinds(board, T) == []
    board.accept_gateway("o/g", b'{"state":"offline"}', T + 5)
    assert kinds(board, T + 9) == [("gateway_offline", "o/g", T + 5)]
    assert board.gateways() == {"o/g": "offline"}


def worker(state: str, **more: str) -> bytes:
    return msgspec.json.encode({"state": state} | more)


def test_while_the_store_is_away_that_is_a_fault_and_values_are_old_after_three_intervals() -> None:
    board = Board()
    board.accept_asset("t", message(said_every_s=60.0))
    board.accept_worker("worker-1", worker("online", start="s-1"), T)
    assert kinds(board, T + 30_000) == [], "published again only after a minute"
    board.accept_worker("worker-1", worker("offline", store_away_since="2026-11-23T02:15:22Z"), T + 12_000)
    assert kinds(board, T + 14_000) == [("store_away", "worker-1", T + 2000)]
    assert kinds(board, T + 20_001) == [("missing", "pl-1", T), ("store_away", "worker-1", T + 2000)]
    board.accept_worker("worker-1", worker("online", start="s-2"), T + 40_000)
    assert kinds(board, T + 40_000) == []


def test_a_centre_whose_workers_are_all_gone_is_a_fault_and_one_of_several_is_none() -> None:
    board = Board()
    for name in ("worker-1", "worker-2"):
        board.accept_worker(name, worker("online"), T)
    board.accept_worker("worker-1", worker("offline"), T + 1000)
    assert kinds(board, T + 2000) == []
    board.accept_worker("worker-2", worker("offline"), T + 2000)
    assert kinds(board, T + 3000) == [("centre_offline", "worker-1", T + 1000), ("centre_offline", "worker-2", T + 2000)]
    for name in ("worker-1", "worker-2"):
        board.accept_worker(name, b"", T)
    assert kinds(board, T + 3000) == []


@pytest.mark.parametrize("payload", [b"x", b"[]", b'{"state":"asleep"}', b'{"state":"offline","store_away_since":"lately"}'])
def test_a_worker_with_a_state_that_is_none_is_rejected(payload: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 — whichever
        Board().accept_worker("worker-1", payload, T)


def test_a_device_that_does_not_look_like_its_product_is_a_fault_until_it_does() -> None:
    board = Board()

    def event(kind: str, *, active: bool) -> bytes:
        values = {"kind": {"quality": "Good", "value": kind}, "active": {"quality": "Good", "value": active}}
        reading = {"device": "d", "time": "2026-11-23T02:15:20.000Z", "every_s": 5.0, "values": values}
        return message(measurement="event", readings=[reading])

    board.accept_asset("e", event("wrong_device", active=True))
    assert kinds(board, T + 900_000) == [("wrong_device", "pl-1", T)]
    for cleared in (event("wrong_device", active=False), event("door_open", active=True), b""):
        board.accept_asset("e", event("wrong_device", active=True))
        board.accept_asset("e", cleared)
        assert kinds(board, T) == []


def test_an_asset_with_an_empty_payload_is_removed() -> None:
    board = Board()
    board.accept_asset("t", message())
    assert board.accept_asset("t", b"") is None
    assert board.assets() == []


@pytest.mark.parametrize("payload", [b"x", b"[]", b'{"v":1}', b'"text"'])
def test_a_payload_that_is_not_a_message_is_rejected(payload: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        Board().accept_asset("t", payload)


@pytest.mark.parametrize(
    "time", ["", "yesterday", "2026-11-23T25:00:00Z", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00Z", "1795400120000000000000"]
)
def test_a_message_with_a_time_that_is_not_an_instant_is_rejected_and_changes_nothing(time: str) -> None:
    board = Board()
    board.accept_asset("t", message(second=10))
    with pytest.raises(ValueError, match=r"isoformat|before 1970|month must|hour must"):
        board.accept_asset("t", message(time=time))
    assert [one.readings[0].time for one in board.assets()] == ["2026-11-23T02:15:10.000Z"]
    assert kinds(board, T) == []


def point(longitude: float, latitude: float) -> dict[str, object]:
    return {"type": "Point", "coordinates": [longitude, latitude]}


def test_a_place_on_earth_is_shown() -> None:
    board = Board()
    shown = board.accept_asset("t", message(location=point(-180, 90)))
    assert shown is not None
    assert shown.location is not None
    assert shown.location.coordinates == (-180, 90)


@pytest.mark.parametrize(("longitude", "latitude"), [(11.1, 1e308), (1e308, 43.8), (11.1, -90.1), (180.1, 43.8)])
def test_a_place_that_is_not_on_earth_is_dropped_and_the_values_are_shown(longitude: float, latitude: float) -> None:
    board = Board()
    shown = board.accept_asset("t", message(location=point(longitude, latitude)))
    assert shown is not None
    assert shown.location is None
    assert board.assets() == [shown]


def test_an_event_is_not_shown() -> None:
    board = Board()
    assert board.accept_asset("t", message(measurement="event")) is None
    assert board.assets() == []


def test_faults_are_sorted_by_how_long_they_have_lasted() -> None:
    board = Board()
    board.accept_asset("b", message("b", second=30, failed=True))
    board.accept_asset("a", message("a", second=40, failed=True))
    board.accept_asset("c", message("c", second=30, failed=True))
    assert [subject for _, subject, _ in kinds(board, T + 20_000)] == ["b", "c", "a"]


def test_a_gateway_whose_state_was_cleared_is_removed() -> None:
    board = Board()
    board.accept_gateway("o/g", b'{"state":"offline"}', T)
    board.accept_gateway("o/g", b"", T)
    assert (board.gateways(), kinds(board, T)) == ({}, [])
