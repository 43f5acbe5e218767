"""A gateway starts whatever is in the ledger of orders."""

from pathlib import Path
from typing import cast

import pytest

from gateway.edge.firmware.composition import _orders
from gateway.edge.firmware.service import FlashService


async def publish(_device: str, _answer: bytes) -> None:
    raise AssertionError("nothing is said")


def test_a_damaged_ledger_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ledger = tmp_path / "orders.json"
    ledger.write_bytes(b"{")
    assert _orders(ledger, cast("FlashService", None), publish) is not None
    assert (tmp_path / "orders.damaged").read_bytes() == b"{"
    assert "is damaged" in caplog.text


def test_a_ledger_that_can_t_be_read_leaves_orders_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = tmp_path / "orders.json"
    ledger.write_bytes(b"{}")

    def unreadable(_: Path) -> bytes:
        raise OSError("input/output error")

    monkeypatch.setattr(Path, "read_bytes", unreadable)
    assert _orders(ledger, cast("FlashService", None), publish) is None
    assert "are not followed" in caplog.text
