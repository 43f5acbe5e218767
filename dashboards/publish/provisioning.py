"""The files with which Grafana provisions itself at its start, the other way than its API. Pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from dashboards.alerts.conditions import INTERVAL_S
from dashboards.alerts.rules import rule_groups, rule_uid
from dashboards.documents import BoardLanguage
from dashboards.publish.boards import dashboards_in
from dashboards.publish.resource import ResourceKind
from dashboards.publish.wanted import FOLDER_TITLE, FOLDER_UID, Secrets, resources
from gateway.model.site.alarms import WorksSettings
from gateway.model.site.grafana import GrafanaSettings
from gateway.model.site.store import InfluxSettings

DASHBOARDS_PATH = "/var/lib/grafana/dashboards/street-gateway"
"""Where Grafana looks for the dashboards' JSON."""

_SPELLED_OTHERWISE = {
    "missingSeriesEvalsToResolve": "missing_series_evals_to_resolve",
    "folderUID": None,
    "ruleGroup": None,
    "orgID": None,
}
"""Keys of the API that files spell differently, or do not have."""


_FORMER_RULES = (
    *("power_missing", "lamps_failed", "pm10_limit", "no2_limit", "ozone_limit", "sensor_implausible"),
    *("backlog", "clock", "certificate", "disk", "completeness"),
)
"""Rules under the names that they had before they got those of the alarms. Grafana keeps a rule that is no longer in its file."""


def alert_rules(language: BoardLanguage) -> str:
    """Return the file of the alert rules, for `provisioning/alerting/`."""
    groups = [
        {
            "orgId": 1,
            "name": group["title"],
            "folder": FOLDER_TITLE,
            "interval": f"{INTERVAL_S}s",
            "rules": [_as_in_files(one) for one in group["rules"]],
        }
        for group in rule_groups(language, FOLDER_UID)
    ]
    former = [{"orgId": 1, "uid": rule_uid(name)} for name in _FORMER_RULES]
    return _yaml("Alert rules, for /etc/grafana/provisioning/alerting/.", {"apiVersion": 1, "groups": groups, "deleteRules": former})


def files(language: BoardLanguage) -> dict[str, str]:
    """Return all files that do not depend on a site, by their paths: dashboards, their provider, alert rules."""
    found = {f"dashboards/{one['uid']}.json": _json(one) for one in dashboards_in(language)}
    provider = {
        "name": "street-gateway",
        "folder": FOLDER_TITLE,
        "folderUid": FOLDER_UID,
        "type": "file",
        "disableDeletion": True,
        "allowUiUpdates": False,
        "updateIntervalSeconds": 60,
        "options": {"path": DASHBOARDS_PATH},
    }
    found["provisioning/dashboards/street.yaml"] = _yaml(
        f"For /etc/grafana/provisioning/dashboards/. Copy the JSON files of dashboards/ into {DASHBOARDS_PATH}.",
        {"apiVersion": 1, "providers": [provider]},
    )
    found["provisioning/alerting/street.yaml"] = alert_rules(language)
    return found


def site_files(grafana: GrafanaSettings, influx: InfluxSettings, works: Sequence[WorksSettings] = (), zone: str = "UTC") -> dict[str, str]:
    """Return the files of a site, by their paths: its data source, its contact points and their policy.

    They contain no secrets, but name the files of which Grafana reads them, with its `$__file{}`.
    """
    store = influx.token_file or (influx.login.password_file if influx.login is not None else "")
    webhooks = {
        name: _file(contact.webhook_token_file) for name, contact in grafana.contacts.items() if contact.webhook_token_file is not None
    }
    of_kind: dict[ResourceKind, list[dict[str, Any]]] = {kind: [] for kind in ResourceKind}
    secrets = Secrets(_file(store) if store else "", _file(influx.ca) if influx.ca else "", webhooks)
    for one in resources(grafana, influx, secrets, works, zone):
        of_kind[one.kind].append({**one.content, "uid": one.uid, "hidden": one.secrets})
    (source,) = of_kind[ResourceKind.DATA_SOURCE]
    content = {"isDefault": True, "editable": False, **source, "secureJsonData": dict(source["hidden"])}
    found = {
        "provisioning/datasources/street.yaml": _yaml(
            "For /etc/grafana/provisioning/datasources/.", {"apiVersion": 1, "datasources": [_without(content, "hidden")]}
        )
    }
    if grafana.contacts:
        found["provisioning/alerting/street-contacts.yaml"] = _contacts(
            of_kind[ResourceKind.CONTACT_POINT], of_kind[ResourceKind.MUTE_TIMING], of_kind[ResourceKind.POLICY][0]["routes"]
        )
    return found


def _contacts(receivers: list[dict[str, Any]], mute_timings: list[dict[str, Any]], routes: list[dict[str, Any]]) -> str:
    points: dict[str, list[dict[str, Any]]] = {}
    for one in receivers:
        settings = _escaped(one["settings"]) | dict(one["hidden"])
        points.setdefault(one["name"], []).append({"uid": one["uid"], "type": one["type"], "settings": settings})
    return _yaml(
        "Contact points and their policy, for /etc/grafana/provisioning/alerting/. A policy from a file replaces Grafana's whole tree of\n"
        "policies: if others use this Grafana too, use 'gateway dashboards push' instead, which leaves theirs alone.",
        {
            "apiVersion": 1,
            "contactPoints": [{"orgId": 1, "name": name, "receivers": members} for name, members in points.items()],
            "muteTimes": [{"orgId": 1, **{key: one[key] for key in ("name", "time_intervals")}} for one in mute_timings],
            "policies": [{"orgId": 1, "receiver": "grafana-default-email", "routes": _escaped(routes)}],
        },
    )


_TAKEN_AS_IT_IS = ("data", "annotations")


def _as_in_files(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rule as files spell it, with every dollar doubled where Grafana replaces variables of its environment.

    It replaces none in queries and annotations (pkg/services/provisioning/alerting/rules_types.go, from 9.4 to 12.2): there, two dollars
    stay two, and no query would work.
    """
    spelled = {_SPELLED_OTHERWISE.get(key, key): value for key, value in rule.items()}
    return {key: value if key in _TAKEN_AS_IT_IS else _escaped(value) for key, value in spelled.items() if key is not None}


def _escaped(value: Any) -> Any:  # noqa: ANN401 — JSON
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, Mapping):
        return {key: _escaped(one) for key, one in value.items()}
    return [_escaped(one) for one in value] if isinstance(value, list) else value


def _file(path: str) -> str:
    return f"$__file{{{path}}}"


def _without(content: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name != key}


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _yaml(comment: str, content: Mapping[str, Any]) -> str:
    heading = "".join(f"# {line}\n" for line in [*comment.split("\n"), "Generated by `gateway dashboards render`."])
    return heading + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=140)
