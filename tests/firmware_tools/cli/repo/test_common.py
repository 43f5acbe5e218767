"""Warnings before metadata expires."""

import pytest

from firmware_tools.cli.repo import common

_DAY_MS = 86_400_000


@pytest.mark.parametrize(
    ("role", "days", "said"),
    [
        ("root", 61, None),
        ("root", 59, "root expires in 59 days: 'firmware repo renew … root', sign, publish"),
        ("timestamp", 5, None),
        ("timestamp", 3, "timestamp expires in 3 days: 'firmware repo publish'"),
        ("timestamp", -1, "timestamp has expired: gateways refuse the repository; 'firmware repo publish'"),
    ],
)
def test_what_expires_soon_is_said_with_what_to_do(role: str, days: int, said: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    assert common.expiry_warning(role, common.now_ms() + days * _DAY_MS + 10_000) == said
