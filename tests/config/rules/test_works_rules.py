"""Rules of `works`: an end after their beginning, and a name for each."""

from pathlib import Path

import pytest

from gateway.config.site_file import load_site
from tests.config.sites import problems_of

SITE = """site: prato
centre:
  broker: 'mqtt://127.0.0.1:1883'
  store: {influx: {url: 'http://127.0.0.1:8086'}}
"""
GRAFANA = "  grafana: {url: 'http://127.0.0.1:3000', token_file: t, works: [WORKS]}\n"
WORKS = "{name: w, begins: 2026-12-01T08:00, ends: 2026-12-01T09:00, assets: [a]}"
BACKWARDS = "{name: w, begins: 2026-12-01T08:00, ends: 2026-11-01T08:00, assets: [a]}"


@pytest.mark.parametrize(
    ("works", "sentence"),
    [
        (f"  works: [{BACKWARDS}]\n", "the works end before they begin"),
        (GRAFANA.replace("WORKS", BACKWARDS), "the works end before they begin"),
        (
            f"  works: [{WORKS.replace('2026-12-01T08:00', 'tomorrow')}]\n",
            "'tomorrow' is not a date and time; write for example 2026-12-01T08:00",
        ),
        (f"  works: [{WORKS}, {WORKS}]\n", "duplicate works 'w'"),
        (f"  works: [{WORKS}]\n" + GRAFANA.replace("WORKS", WORKS), "duplicate works 'w'"),
    ],
)
def test_what_would_not_work_is_refused(works: str, sentence: str, tmp_path: Path) -> None:
    found = problems_of(SITE + works, tmp_path)
    assert any(sentence in said for _, _, said in found), found


def test_works_of_grafana_count_as_those_of_the_centre(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE + f"  works: [{WORKS}]\n" + GRAFANA.replace("WORKS", WORKS.replace("name: w", "name: old")))
    centre = load_site(tmp_path / "site.yaml").centre
    assert centre is not None
    assert centre.settings.grafana is not None
    assert [one.name for one in centre.settings.works] == ["w", "old"]
    assert centre.settings.grafana.works == []
