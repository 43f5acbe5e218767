"""The reports that a gateway keeps."""

from pathlib import Path

import msgspec

from gateway.model.messages import SignedReport
from gateway.provision.report import kept
from gateway.provision.report.kept import keep_photo, keep_report, kept_photo, kept_reports
from gateway.provision.report.photo import photo_of
from tests.provision.report.pictures import jpeg
from tests.provision.report.reports import report


def test_the_newest_come_first_and_the_oldest_go(tmp_path: Path) -> None:
    times = (f"2026-11-23T{number // 60:02}:{number % 60:02}:00Z" for number in range(kept._MOST + 3))
    paths = [keep_report(tmp_path, b"{}", time) for time in times]
    found = kept_reports(tmp_path)
    assert (len(found), found[0]) == (kept._MOST, paths[-1])
    assert found[-1].name == "20261123T000300Z.json"
    assert paths[-1].stat().st_mode & 0o777 == 0o640


def test_a_gateway_without_reports_has_none(tmp_path: Path) -> None:
    assert kept_reports(tmp_path) == []


def test_a_photo_is_kept_as_long_as_a_report_has_it(tmp_path: Path) -> None:
    photos = [photo_of(jpeg(width)) for width in (640, 800, 1024)]
    first = keep_photo(tmp_path, photos[0])
    with_photo = msgspec.json.encode(SignedReport(report(photo=first)))
    keep_report(tmp_path, with_photo, "2026-11-23T02:00:00Z")
    unused = keep_photo(tmp_path, photos[1])
    assert kept_photo(tmp_path, unused.sha256) == photos[1].content, "for a report that is about to be made"
    keep_photo(tmp_path, photos[2])
    assert kept_photo(tmp_path, unused.sha256) is None
    for number in range(kept._MOST - 1):
        keep_report(tmp_path, msgspec.json.encode(SignedReport(report())), f"2026-11-24T{number // 60:02}:{number % 60:02}:00Z")
    assert kept_photo(tmp_path, first.sha256) == photos[0].content
    assert len(list(tmp_path.rglob("*.jpg"))) == 1
    keep_report(tmp_path, b"damaged", "2026-11-25T00:00:00Z")
    assert list(tmp_path.rglob("*.jpg")) == [], "its report was the oldest"
    assert kept_photo(tmp_path / "nowhere", first.sha256) is None
