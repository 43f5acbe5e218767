"""A gateway's health as a reading."""

from pathlib import Path

import pytest

from gateway.edge.telemetry import health
from gateway.edge.telemetry.health import FIELDS, GatewayHealth, health_stream, health_values

NOW_MS = 1_795_400_000_000
HEALTH = GatewayHealth(3600.9, 7, synchronised=True, line_load=0.4256)


def test_the_values_are_in_the_order_of_the_fields(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "cpu_temperature", lambda: 51.5)
    monkeypatch.setattr(health, "free_share", lambda folder: 0.25 if folder == tmp_path else None)
    monkeypatch.setattr(health, "ends_ms", lambda path: NOW_MS + 3 * 86_400_000 if path == Path("gw.pem") else 0)
    values = health_values(HEALTH, tmp_path / "journal.sqlite", "gw.pem", "1.2", NOW_MS)
    assert dict(zip(FIELDS, values, strict=True)) == {
        "uptime": 3600,
        "backlog_batches": 7,
        "clock_synchronised": True,
        "cpu_temperature": 51.5,
        "line_load": 42.6,
        "disk_free": 25.0,
        "certificate_days": 3.0,
        "version": "1.2",
    }
    assert tuple(field.name for field in health_stream("gw-1").fields) == FIELDS


def test_values_that_a_machine_does_not_have_are_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "cpu_temperature", lambda: None)
    monkeypatch.setattr(health, "free_share", lambda _: None)
    values = health_values(HEALTH, tmp_path / "journal.sqlite", None, "1.2", NOW_MS)
    assert [values[FIELDS.index(name)] for name in ("cpu_temperature", "disk_free", "certificate_days")] == [None, None, None]


def test_a_certificate_that_can_not_be_read_has_no_days(tmp_path: Path) -> None:
    (tmp_path / "junk.pem").write_text("junk")
    for name in ("none.pem", "junk.pem"):
        values = health_values(HEALTH, tmp_path / "journal.sqlite", str(tmp_path / name), "1.2", NOW_MS)
        assert values[FIELDS.index("certificate_days")] is None
