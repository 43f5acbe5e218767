"""Rules of `grafana`: a login, an encrypted way, a store that answers in InfluxQL, somebody to notify."""

from pathlib import Path

import pytest

from gateway.config.site_file import load_site
from tests.config.sites import problems_of

INFLUX = "{influx: {url: 'http://127.0.0.1:8086'}}"
SITE = "site: prato\ncentre: {{broker: 'mqtt://127.0.0.1:1883', store: {store}, grafana: {grafana}}}\n"
GOOD = "url: 'http://127.0.0.1:3000', token_file: t"


@pytest.mark.parametrize(
    ("grafana", "sentence"),
    [
        ("url: 'http://127.0.0.1:3000'", "Grafana needs exactly one way to log in"),
        (f"{GOOD}, login: {{user: admin, password_file: p}}", "Grafana needs exactly one way to log in"),
        ("url: 'http://grafana.example:3000', token_file: t", "write 'https://grafana.example:3000'"),
        (f"{GOOD}, ca: c.pem", "'ca' has no effect with http://"),
        (f"{GOOD}, contacts: {{citelum: {{}}}}", "nobody is notified"),
        (f"{GOOD}, contacts: {{citelum: {{email: [nobody]}}}}", "an e-mail address has no '@'"),
        (f"{GOOD}, contacts: {{citelum: {{email: [a@x], webhook_token_file: t}}}}", "there is no webhook that expects it"),
        (f"{GOOD}, contacts: {{citelum: {{webhook: 'http://hook.example'}}}}", "write 'https://hook.example'"),
    ],
)  # fmt: skip
def test_what_would_not_work_is_refused(grafana: str, sentence: str, tmp_path: Path) -> None:
    found = problems_of(SITE.format(store=INFLUX, grafana=f"{{{grafana}}}"), tmp_path)
    assert any(sentence in said for _, _, said in found), found


@pytest.mark.parametrize("store", ["{history: {path: h.sqlite}}", "{influx: {url: 'http://127.0.0.1:8428', api: victoria}}"])
def test_a_store_without_influxql_has_no_grafana(store: str, tmp_path: Path) -> None:
    found = problems_of(SITE.format(store=store, grafana=f"{{{GOOD}}}"), tmp_path)
    assert any("the dashboards ask in InfluxQL" in said for _, _, said in found), found


def test_a_whole_grafana_is_accepted(tmp_path: Path) -> None:
    contacts = "{centre: {email: [room@example.org]}, citelum: {webhook: 'https://hook.example', webhook_token_file: w}}"
    (tmp_path / "site.yaml").write_text(SITE.format(store=INFLUX, grafana=f"{{{GOOD}, language: it, contacts: {contacts}}}"))
    centre = load_site(tmp_path / "site.yaml").centre
    assert centre is not None
    assert centre.settings.grafana is not None
    assert centre.settings.grafana.contacts["centre"].email == ["room@example.org"]
