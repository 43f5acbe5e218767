"""What a site wants in its Grafana."""

from collections import Counter

from dashboards.publish.resource import ResourceKind
from dashboards.publish.wanted import Secrets, contact_points, data_source, policy_route, resources
from gateway.model.site.alarms import WorksSettings
from gateway.model.site.connection import LoginSettings
from gateway.model.site.grafana import ContactSettings, GrafanaSettings
from gateway.model.site.store import InfluxSettings

GRAFANA = GrafanaSettings(url="https://grafana.example", token_file="t")
PLAIN = InfluxSettings(url="http://127.0.0.1:8086")


def test_every_resource_has_a_name_of_its_own() -> None:
    keys = Counter(one.key for one in resources(GRAFANA, PLAIN, Secrets()))
    assert max(keys.values()) == 1


def test_without_contacts_nobodys_policy_is_touched() -> None:
    kinds = {one.kind for one in resources(GRAFANA, PLAIN, Secrets())}
    assert not kinds & {ResourceKind.POLICY, ResourceKind.CONTACT_POINT}


def test_influxdb_1_gets_a_login_and_2_a_token_in_a_header() -> None:
    login = InfluxSettings(url="https://h:8086", login=LoginSettings(user="grafana", password_file="p"))
    first = data_source(GRAFANA, login, Secrets("pw", "PEM"))
    assert (first.content["user"], first.content["jsonData"]["tlsAuthWithCACert"]) == ("grafana", True)
    assert first.secrets == {"password": "pw", "tlsCACert": "PEM"}
    token = InfluxSettings(url="https://h:8086", api="v2", org="prato", token_file="t")
    second = data_source(GRAFANA, token, Secrets("abc"))
    assert second.content["jsonData"] == {"dbName": "street", "httpMode": "GET", "httpHeaderName1": "Authorization"}
    assert second.secrets == {"httpHeaderValue1": "Token abc"}


def test_grafana_can_reach_the_store_under_another_address() -> None:
    inside = GrafanaSettings(url="https://grafana.example", token_file="t", store_url="http://influx:8086")
    assert data_source(inside, PLAIN, Secrets()).content["url"] == "http://influx:8086"
    assert data_source(GRAFANA, InfluxSettings(url="https://w", read_url="https://r"), Secrets()).content["url"] == "https://r"


def test_an_operator_is_notified_in_all_its_ways_and_only_of_its_own() -> None:
    contacts = {"citelum": ContactSettings(email=["a@x", "b@x"], webhook="https://h/x"), "centre": ContactSettings(email=["c@x"])}
    points = list(contact_points(contacts, {"citelum": "token"}))
    assert [(one.content["name"], one.content["type"]) for one in points] == [
        ("Street citelum", "email"), ("Street citelum", "webhook"), ("Street centre", "email")]  # fmt: skip
    assert points[0].content["settings"]["addresses"] == "a@x;b@x"
    assert points[1].secrets == {"authorization_credentials": "token"}
    route = policy_route(contacts)
    assert route["receiver"] == "Street centre"
    assert [(one.get("receiver"), one["object_matchers"]) for one in route["routes"]] == [
        ("Street citelum", [["operator", "=", "citelum"]]), ("Street centre", [["alertname", "=", "DatasourceNoData"]])]  # fmt: skip


def test_missing_data_is_told_once_a_day() -> None:
    route = policy_route({"citelum": ContactSettings(email=["a@x"])})
    assert "receiver" not in route
    for one in (route["routes"][0]["routes"][0], route["routes"][1]):
        assert (one["object_matchers"], one["repeat_interval"]) == ([["alertname", "=", "DatasourceNoData"]], "1d")


def test_works_mute_their_assets_for_every_contact_and_nothing_else() -> None:
    works = WorksSettings(name="via-roma", begins="2026-12-01T08:00", ends="2026-12-01T18:00", assets=["qe-1", "qe-2"])
    contacts = {"citelum": ContactSettings(email=["a@x"]), "centre": ContactSettings(email=["c@x"])}
    found = resources(GrafanaSettings(url="https://g", token_file="t", contacts=contacts), PLAIN, Secrets(), [works], "Europe/Rome")
    (timing,) = (one for one in found if one.kind is ResourceKind.MUTE_TIMING)
    assert timing.content["time_intervals"][0]["location"] == "Europe/Rome"
    route = policy_route(contacts, [works])
    for routes, receiver in ((route["routes"][0]["routes"], "Street citelum"), (route["routes"][1:], "Street centre")):
        assert [(one["object_matchers"], one.get("mute_time_intervals"), one["receiver"]) for one in routes] == [
            ([["asset", "=~", "qe-1|qe-2"]], ["Street works via-roma"], receiver),
            ([["gateway", "=~", "qe-1|qe-2"]], ["Street works via-roma"], receiver),
            ([["alertname", "=", "DatasourceNoData"]], None, receiver),
        ]
