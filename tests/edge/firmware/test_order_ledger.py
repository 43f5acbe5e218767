"""What a gateway remembers of orders."""

from pathlib import Path

import pytest

from gateway.edge.firmware import order_ledger
from gateway.edge.firmware.order_ledger import OrderLedger
from gateway.model.messages import FirmwareAnswer, FirmwareOrder


def put(ledger: OrderLedger, name: str, state: str) -> None:
    ledger.put("relay-1", FirmwareOrder(name, "update", 1, 2), FirmwareAnswer(name, state))  # type: ignore[arg-type]


def test_orders_are_there_after_a_restart_and_those_that_ended_are_told_apart(tmp_path: Path) -> None:
    ledger = OrderLedger(tmp_path / "new" / "orders.json")
    put(ledger, "a", "succeeded")
    put(ledger, "b", "accepted")
    again = OrderLedger(tmp_path / "new" / "orders.json")
    assert [one.order.order for one in again.unfinished()] == ["b"]
    assert (known := again["a"]) is not None
    assert known.answer.state == "succeeded"
    assert again["c"] is None


def test_the_oldest_orders_that_ended_are_forgotten_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_ledger, "_KEPT", 2)
    ledger = OrderLedger(tmp_path / "orders.json")
    put(ledger, "running", "running")
    for name in ("a", "b", "c"):
        put(ledger, name, "failed")
    assert [name for name in ("running", "a", "b", "c") if ledger[name] is not None] == ["running", "c"]


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "orders.json").write_bytes(b"{")
    with pytest.raises(ValueError, match="truncated"):
        OrderLedger(tmp_path / "orders.json")
