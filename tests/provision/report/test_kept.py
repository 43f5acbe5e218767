"""The reports that a gateway keeps."""

from pathlib import Path

from gateway.provision.report import kept
from gateway.provision.report.kept import keep_report, kept_reports


def test_the_newest_come_first_and_the_oldest_go(tmp_path: Path) -> None:
    times = (f"2026-11-23T{number // 60:02}:{number % 60:02}:00Z" for number in range(kept._MOST + 3))
    paths = [keep_report(tmp_path, b"{}", time) for time in times]
    found = kept_reports(tmp_path)
    assert (len(found), found[0]) == (kept._MOST, paths[-1])
    assert found[-1].name == "20261123T000300Z.json"
    assert paths[-1].stat().st_mode & 0o777 == 0o640


def test_a_gateway_without_reports_has_none(tmp_path: Path) -> None:
    assert kept_reports(tmp_path) == []
