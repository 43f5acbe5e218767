"""The files with which Grafana provisions itself."""

from pathlib import Path

import yaml

from dashboards.publish.provisioning import alert_rules, files, site_files
from gateway.model.site.connection import LoginSettings
from gateway.model.site.grafana import ContactSettings, GrafanaSettings
from gateway.model.site.store import InfluxSettings


def test_queries_and_annotations_have_their_dollars_once_as_grafana_replaces_no_variables_in_them() -> None:
    for group in yaml.safe_load(alert_rules("it"))["groups"]:
        for rule in group["rules"]:
            taken = str([one["model"] for one in rule["data"]]) + str(rule["annotations"])
            assert "$timeFilter" in taken
            assert "$$" not in taken
            assert "$" not in str({key: value for key, value in rule.items() if key not in ("data", "annotations")})


def test_rules_have_the_keys_of_files() -> None:
    for group in yaml.safe_load(alert_rules("en"))["groups"]:
        for rule in group["rules"]:
            assert not {"folderUID", "ruleGroup", "orgID", "missingSeriesEvalsToResolve"} & rule.keys()
            assert rule["missing_series_evals_to_resolve"] > 0


def test_a_dashboard_is_a_file_in_the_folder_that_the_provider_names() -> None:
    found = files("en")
    (provider,) = yaml.safe_load(found["provisioning/dashboards/street.yaml"])["providers"]
    assert provider["allowUiUpdates"] is False
    assert [name for name in found if name.startswith("dashboards/")]


def test_the_files_of_a_site_name_its_secrets_and_do_not_contain_them() -> None:
    contact = ContactSettings(email=["a@x"], webhook="https://h/$x", webhook_token_file="/etc/hook")
    influx = InfluxSettings(url="https://h", login=LoginSettings(user="grafana", password_file="/etc/pw"), ca="/etc/ca.pem")
    found = site_files(GrafanaSettings(url="https://g", token_file="t", contacts={"centre": contact}), influx)
    (source,) = yaml.safe_load(found["provisioning/datasources/street.yaml"])["datasources"]
    assert source["secureJsonData"] == {"password": "$__file{/etc/pw}", "tlsCACert": "$__file{/etc/ca.pem}"}
    contacts = yaml.safe_load(found["provisioning/alerting/street-contacts.yaml"])
    (point,) = contacts["contactPoints"]
    assert [one["type"] for one in point["receivers"]] == ["email", "webhook"]
    settings = point["receivers"][1]["settings"]
    assert (settings["url"], settings["authorization_credentials"]) == ("https://h/$$x", "$__file{/etc/hook}")
    assert contacts["policies"][0]["routes"][0]["receiver"] == "Street centre"


def test_a_site_without_contacts_leaves_grafanas_policies_alone(tmp_path: Path) -> None:
    found = site_files(GrafanaSettings(url="https://g", token_file="t"), InfluxSettings(url="https://h"))
    assert list(found) == ["provisioning/datasources/street.yaml"]
