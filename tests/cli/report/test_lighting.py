"""`gateway report lighting`."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from tests.centre.analytics.test_month_readings import TrueMeter
from tests.cli.report.centres import centre_of


def test_a_month_is_printed_as_a_table_as_json_as_csv_and_as_a_page(tmp_path: Path) -> None:
    site, true_wh = str(centre_of(tmp_path, price=0.2)), TrueMeter().true_wh
    told = CliRunner().invoke(
        main, ["report", "lighting", site, "--month", "2026-10", "--html", str(tmp_path / "m.html"), "--language", "it"]
    )
    assert told.exit_code == 0, told.output
    assert told.output.splitlines()[1].split()[:3] == ["qe-041", "40", f"{true_wh / 1000:.3f}"]
    page = (tmp_path / "m.html").read_text()
    assert "Rapporto di ottobre 2026" in page
    assert f"{true_wh / 1000:,.3f}".translate(str.maketrans(",.", ".,")) in page
    report = json.loads(CliRunner().invoke(main, ["report", "lighting", site, "--month", "2026-10", "--json"]).output)
    assert report["panels"][0]["energy_wh"] == pytest.approx(true_wh, abs=0.5)
    rows = csv.DictReader(io.StringIO(CliRunner().invoke(main, ["report", "lighting", site, "--month", "2026-10", "--csv"]).output))
    assert [row["panel"] for row in rows] == ["qe-041", ""]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--month", "2026-13"], "'2026-13' is not a month that has readings"),
        (["--month", "2026-10", "--panel", "qe-042"], "unknown panel 'qe-042'; did you mean 'qe-041'?"),
        (["--month", "2026-10", "--html", "/nowhere/m.html"], "can't write /nowhere/m.html"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(tmp_path: Path, arguments: list[str], error: str) -> None:
    failed = CliRunner().invoke(main, ["report", "lighting", str(centre_of(tmp_path, with_readings=False)), *arguments])
    assert failed.exit_code == 1
    assert error in failed.output


def test_a_month_without_readings_says_so(tmp_path: Path) -> None:
    site = str(centre_of(tmp_path, with_readings=False))
    assert "no readings in 2026-10" in CliRunner().invoke(main, ["report", "lighting", site, "--month", "2026-10"]).output
