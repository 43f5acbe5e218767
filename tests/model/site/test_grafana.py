"""Where dashboards are published, and whom Grafana notifies."""

from gateway.model.site.alarms import WorksSettings
from gateway.model.site.grafana import GrafanaSettings
from tests.model.site.parts import problems_of, read


def test_a_grafana_shows_the_dashboards_in_one_language() -> None:
    assert read('{url: "https://grafana.example"}', GrafanaSettings).language == "en"
    assert "did you mean 'it'?" in problems_of('{url: "https://grafana.example", language: itt}', GrafanaSettings)


def test_works_are_still_read_under_grafana() -> None:
    text = '{url: "https://grafana.example", works: [{name: dig, begins: 2026-12-01T08:00, ends: 2026-12-01T18:00, assets: [qe-041]}]}'
    assert isinstance(read(text, GrafanaSettings).works[0], WorksSettings)
