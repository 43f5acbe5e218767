"""A gateway's health as a reading."""

from pathlib import Path

import pytest

from gateway.edge.telemetry import health
from gateway.edge.telemetry.health import FIELDS, GatewayHealth, health_stream, health_values

NOW_MS = 1_795_400_000_000
HEALTH = GatewayHealth(3600.9, 7, synchronised=True, line_load=0.4256)


def test_the_values_are_in_the_order_of_the_fields(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "cpu_temperature", lambda: 51.5)
    monkeypatch.setattr(health, "throttle_bits", lambda: 0x5_0000)
    monkeypatch.setattr(health, "free_share", lambda folder: 0.25 if folder == tmp_path else None)
    monkeypatch.setattr(health, "ends_ms", lambda path: NOW_MS + 3 * 86_400_000 if path == Path("gw.pem") else 0)
    values = health_values(HEALTH, tmp_path / "journal.sqlite", "gw.pem", "1.2", NOW_MS)
    assert dict(zip(FIELDS, values, strict=True)) == {
        "uptime": 3600,
        "backlog_batches": 7,
        "clock_synchronised": True,
        "cpu_temperature": 51.5,
        "undervoltage": True,
        "throttled": True,
        "line_load": 42.6,
        "disk_free": 25.0,
        "certificate_days": 3.0,
        "version": "1.2",
    }
    assert tuple(field.name for field in health_stream("gw-1").fields) == FIELDS


def test_values_that_a_machine_does_not_have_are_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "cpu_temperature", lambda: None)
    monkeypatch.setattr(health, "throttle_bits", lambda: None)
    monkeypatch.setattr(health, "free_share", lambda _: None)
    values = health_values(HEALTH, tmp_path / "journal.sqlite", None, "1.2", NOW_MS)
    missing = ("cpu_temperature", "undervoltage", "throttled", "disk_free", "certificate_days")
    assert {values[FIELDS.index(name)] for name in missing} == {None}


@pytest.mark.parametrize(
    ("bits", "undervoltage", "throttled"), [(0, False, False), (0x1, True, False), (0x8, False, True), (0x2_0000, False, True)]
)
def test_undervoltage_and_throttling_are_told_apart(
    bits: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, undervoltage: bool, throttled: bool
) -> None:
    monkeypatch.setattr(health, "throttle_bits", lambda: bits)
    values = health_values(HEALTH, tmp_path / "journal.sqlite", None, "1.2", NOW_MS)
    assert [values[FIELDS.index(name)] for name in ("undervoltage", "throttled")] == [undervoltage, throttled]


def test_a_certificate_that_can_not_be_read_has_no_days(tmp_path: Path) -> None:
    (tmp_path / "junk.pem").write_text("junk")
    for name in ("none.pem", "junk.pem"):
        values = health_values(HEALTH, tmp_path / "journal.sqlite", str(tmp_path / name), "1.2", NOW_MS)
        assert values[FIELDS.index("certificate_days")] is None
