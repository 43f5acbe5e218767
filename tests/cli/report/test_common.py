"""What the reports of a month share."""

import json
from pathlib import Path

import pytest

from gateway.cli.report.common import chosen_panels, reading, span_of
from tests.cli.report.centres import centre_of


def test_panels_are_all_of_the_site_file_or_those_named(tmp_path: Path) -> None:
    site = centre_of(tmp_path, with_readings=False)
    assert [one.asset for one in chosen_panels(site, [])[1]] == ["qe-041"]
    assert [one.asset for one in chosen_panels(site, ["qe-041"])[1]] == ["qe-041"]


def test_a_site_file_without_panels_and_a_store_that_is_away_are_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = centre_of(tmp_path, with_readings=False)
    centre, _ = chosen_panels(site, [])
    (tmp_path / "h.sqlite").unlink()
    with pytest.raises(SystemExit), reading(centre):
        pass
    assert "can't read the store" in capsys.readouterr().err
    written = json.loads(site.read_text())
    site.write_text(json.dumps({key: value for key, value in written.items() if key != "assets"}))
    with pytest.raises(SystemExit):
        chosen_panels(site, [])
    assert "has no lighting panels" in capsys.readouterr().err


def test_a_month_is_one_of_the_past_or_the_present() -> None:
    assert (span_of("2026-10", "Europe/Rome").to_ms - span_of("2026-10", "Europe/Rome").from_ms) == 745 * 3_600_000
    for wrong in ("october", "2026-00", "9999-01", "1969-05"):
        with pytest.raises(SystemExit):
            span_of(wrong, "UTC")
