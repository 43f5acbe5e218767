"""What the page is told: latest values and alarms."""

import msgspec
import pytest

from gateway.web.operator.board import Board

T = 1_795_400_120_000


def message(asset: str = "pl-1", *, second: int = 20, failed: object = False, quality: str = "Good") -> bytes:
    value = {"quality": quality} if quality.startswith("Bad") else {"quality": quality, "value": failed}
    reading = {"device": "d", "time": f"2026-11-23T02:15:{second}.000Z", "every_s": 5.0, "values": {"lamp_failure": value}}
    return msgspec.json.encode(
        {
            "v": 1,
            "asset": asset,
            "measurement": "lamp",
            "operator": "o",
            "gateway": "g",
            "readings": [reading],
            "complete_until": "2026-11-23T02:15:00Z",
        }
    )


def kinds(board: Board, now_ms: int) -> list[tuple[str, str, int]]:
    return [(alarm.kind, alarm.subject, alarm.since_ms) for alarm in board.alarms(now_ms)]


def test_a_fresh_asset_is_no_alarm_and_one_that_is_silent_for_three_intervals_is() -> None:
    board = Board()
    board.take_asset("t", message())
    assert kinds(board, T + 19_000) == []
    assert kinds(board, T + 20_001) == [("missing", "pl-1", T)]


def test_a_device_that_does_not_answer_is_an_alarm_since_it_began() -> None:
    board = Board()
    board.take_asset("t", message(quality="BadTimeout"))
    assert kinds(board, T + 1000) == [("no_answer", "pl-1", T)]
    board.take_asset("t", message(second=25, quality="BadTimeout"))
    assert kinds(board, T + 6000) == [("no_answer", "pl-1", T)]
    board.take_asset("t", message(second=30))
    assert kinds(board, T + 11_000) == []


def test_a_failed_lamp_is_an_alarm() -> None:
    board = Board()
    board.take_asset("t", message(failed=True))
    assert kinds(board, T) == [("lamp_failed", "pl-1", T)]


def test_a_gateway_that_went_offline_is_an_alarm() -> None:
    board = Board()
    board.take_gateway("o/g", b'{"state":"online"}', T)
    assert kinds(board, T) == []
    board.take_gateway("o/g", b'{"state":"offline"}', T + 5)
    assert kinds(board, T + 9) == [("gateway_offline", "o/g", T + 5)]
    assert board.gateways() == {"o/g": "offline"}


def test_an_asset_that_was_cleared_is_gone() -> None:
    board = Board()
    board.take_asset("t", message())
    assert board.take_asset("t", b"") is None
    assert board.assets() == []


@pytest.mark.parametrize("payload", [b"x", b"[]", b'{"v":1}', b'"text"'])
def test_what_is_no_message_is_refused(payload: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        Board().take_asset("t", payload)
