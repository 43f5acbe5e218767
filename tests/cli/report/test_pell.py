"""`gateway report pell`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from tests.analytics.schemas import check_json, check_xml
from tests.cli.report.centres import centre_of


@pytest.mark.parametrize(("form", "check"), [("json", check_json), ("xml", check_xml)])
def test_the_documents_of_a_month_with_a_change_of_the_clock_are_valid(tmp_path: Path, form: str, check: type) -> None:
    site = str(centre_of(tmp_path, town="100005", producer="prato"))
    done = CliRunner().invoke(main, ["report", "pell", site, "--month", "2026-10", "--folder", str(tmp_path), "--format", form, "--json"])
    assert done.exit_code == 0, done.output
    written = json.loads(done.output)
    assert [(Path(one["file"]).name, one["lines"]) for one in written] == [
        (f"qe-041-2026-10-utc+2.{form}", 2316), (f"qe-041-2026-10-utc+1.{form}", 664),
    ]  # fmt: skip
    check(Path(written[1]["file"]).read_bytes())  # the shorter one: checking takes a while


def test_what_pell_needs_and_the_site_file_does_not_say_is_an_error(tmp_path: Path) -> None:
    failed = CliRunner().invoke(
        main, ["report", "pell", str(centre_of(tmp_path, with_readings=False)), "--month", "2026-10", "--folder", str(tmp_path)]
    )
    assert failed.exit_code == 1
    assert "PELL needs 'centre: energy: town:' and 'producer:'" in failed.output


def test_a_month_without_readings_writes_nothing(tmp_path: Path) -> None:
    site = str(centre_of(tmp_path, with_readings=False, town="100005", producer="prato"))
    done = CliRunner().invoke(main, ["report", "pell", site, "--month", "2026-10", "--folder", str(tmp_path)])
    assert (done.exit_code, done.output) == (0, "no readings in 2026-10\n")
