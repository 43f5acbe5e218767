"""What pushes remember in Grafana."""

from dashboards.publish.api import GrafanaApi
from dashboards.publish.plan import Published
from dashboards.publish.record import fingerprint, read_record, write_record
from tests.dashboards.publish.grafana_double import GrafanaDouble

RECORD = {"dashboard/city": Published("abc", "3", "")}


def test_the_newest_record_of_a_site_is_read(api: GrafanaApi) -> None:
    assert read_record(api, "prato") == {}
    write_record(api, "prato", "first", {})
    write_record(api, "prato", "second", RECORD)
    write_record(api, "pistoia", "theirs", {})
    assert read_record(api, "prato") == RECORD


def test_what_somebody_else_wrote_there_is_no_record(api: GrafanaApi, grafana: GrafanaDouble) -> None:
    for data in (None, {}, {"resources": 7}, {"resources": {"a": ["too", "short"], "b": 7}}):
        grafana.annotations.append({"id": 1, "text": "", "tags": ["street-gateway", "published", "prato"], "data": data})
        assert read_record(api, "prato") == {}


def test_a_fingerprint_is_kept_while_the_secrets_are_the_same() -> None:
    before = fingerprint({"password": "secret"})
    assert "secret" not in before
    assert fingerprint({"password": "secret"}, before) == before
    assert fingerprint({"password": "other"}, before) != before
    assert fingerprint({"token": "secret"}, before) != before
    assert fingerprint({}, before) == ""
