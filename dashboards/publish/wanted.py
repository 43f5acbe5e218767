"""What one site wants in its Grafana: folder, data source, dashboards, alert rules, contact points and their policy. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from dashboards.alerts.rules import ALARM_LABEL, rule_groups
from dashboards.documents import DATASOURCE_NAME, DATASOURCE_UID
from dashboards.publish.boards import dashboards_in
from dashboards.publish.policy import PRODUCT, PRODUCT_LABEL
from dashboards.publish.resource import Resource, ResourceKind
from dashboards.publish.works import time_intervals
from gateway.model.site.alarms import WorksSettings
from gateway.model.site.grafana import ContactSettings, GrafanaSettings
from gateway.model.site.store import InfluxSettings

FOLDER_UID, FOLDER_TITLE = "street-gateway", "Street"

CENTRE = "centre"
"""The operator of the centre's own rows, and of contacts for everything that is nobody's."""


class Secrets(NamedTuple):
    """The contents of the secret files that Grafana needs: the store's password or token and its authorities, and the webhooks' tokens."""

    store: str = ""
    store_ca: str = ""
    webhooks: Mapping[str, str] = {}


def resources(
    grafana: GrafanaSettings, influx: InfluxSettings, secrets: Secrets, works: Sequence[WorksSettings] = (), zone: str = "UTC"
) -> list[Resource]:
    """Return all resources of a site.

    Args:
        grafana: The language, the contacts, and how Grafana reaches the store.
        influx: The store.
        secrets: The contents of the secret files.
        works: The announced works.
        zone: The time zone of the site.
    """
    found = [Resource(ResourceKind.FOLDER, FOLDER_UID, FOLDER_TITLE, {"title": FOLDER_TITLE}), data_source(grafana, influx, secrets)]
    found += contact_points(grafana.contacts, secrets.webhooks)
    if grafana.contacts:
        found += [mute_timing(one, zone) for one in works]
        routes = [policy_route(grafana.contacts, works)]
        found.append(Resource(ResourceKind.POLICY, PRODUCT, "who is notified", {"routes": routes}))
    for board in dashboards_in(grafana.language):
        content = {"dashboard": board, "folderUid": FOLDER_UID}
        found.append(Resource(ResourceKind.DASHBOARD, board["uid"], board["title"], content))
    for group in rule_groups(grafana.language, FOLDER_UID):
        found.append(Resource(ResourceKind.RULES, f"{FOLDER_UID}/{group['title']}", group["title"], group))
    return found


def data_source(grafana: GrafanaSettings, influx: InfluxSettings, secrets: Secrets) -> Resource:
    """Return the data source that the dashboards ask, in InfluxQL: InfluxDB 1.x with a login, or 2.x and 3.x with a token."""
    json_data: dict[str, Any] = {"dbName": influx.database, "httpMode": "GET"}
    content: dict[str, Any] = {
        "name": DATASOURCE_NAME,
        "type": "influxdb",
        "access": "proxy",
        "url": grafana.store_url or influx.reading().url,
        "jsonData": json_data,
    }
    hidden = {}
    if influx.token_file is not None:
        json_data["httpHeaderName1"] = "Authorization"
        hidden["httpHeaderValue1"] = f"Token {secrets.store}"
    elif influx.login is not None:
        content["user"] = influx.login.user
        hidden["password"] = secrets.store
    if secrets.store_ca:
        json_data["tlsAuthWithCACert"] = True
        hidden["tlsCACert"] = secrets.store_ca
    return Resource(ResourceKind.DATA_SOURCE, DATASOURCE_UID, DATASOURCE_NAME, content, hidden)


def contact_points(contacts: Mapping[str, ContactSettings], tokens: Mapping[str, str]) -> Iterator[Resource]:
    """Return the receivers of each operator's contact point."""
    for operator, contact in contacts.items():
        name = contact_name(operator)
        if contact.email:
            settings: dict[str, Any] = {"addresses": ";".join(contact.email), "singleEmail": True}
            yield _receiver(name, f"street-{operator}-email", "email", settings, {})
        if contact.webhook is not None:
            settings = {"url": contact.webhook, "httpMethod": "POST"}
            hidden = {}
            if operator in tokens:
                settings["authorization_scheme"] = "Bearer"
                hidden["authorization_credentials"] = tokens[operator]
            yield _receiver(name, f"street-{operator}-webhook", "webhook", settings, hidden)


def contact_name(operator: str) -> str:
    """Return the name of an operator's contact point."""
    return f"Street {operator}"


def mute_timing(works: WorksSettings, zone: str) -> Resource:
    """Return the times of works, in which nobody is notified about their assets."""
    name = works_name(works)
    content = {"name": name, "time_intervals": time_intervals(works.begins, works.ends, zone)}
    return Resource(ResourceKind.MUTE_TIMING, name, name, content)


def works_name(works: WorksSettings) -> str:
    """Return the name of the mute timing of works."""
    return f"Street works {works.name}"


def policy_route(contacts: Mapping[str, ContactSettings], works: Sequence[WorksSettings] = ()) -> dict[str, Any]:
    """Return the route of this product's alerts: each operator's go to its contact point, all others to that of the centre.

    One message tells of all assets with the same alarm, such as the panels of a district. That data is missing is told once a day.
    """
    operators = [
        {"receiver": contact_name(name), "object_matchers": [["operator", "=", name]], "routes": _exceptions(name, works)}
        for name in contacts
        if name != CENTRE
    ]
    fallback = CENTRE if CENTRE in contacts else None
    return {
        **_receiver_of(fallback),
        "object_matchers": [[PRODUCT_LABEL, "=", PRODUCT]],
        "group_by": ["alertname", ALARM_LABEL, "operator"],
        "group_wait": "30s",
        "group_interval": "5m",
        "repeat_interval": "4h",
        "routes": [*operators, *_exceptions(fallback, works)],
    }


def _exceptions(name: str | None, works: Sequence[WorksSettings]) -> list[dict[str, Any]]:
    """Return the routes of a contact's alerts that are notified otherwise: about assets of works, and of missing data."""
    muted = [
        {
            **_receiver_of(name),
            "object_matchers": [[tag, "=~", "|".join(one.assets)]],
            "mute_time_intervals": [works_name(one)],
        }
        for one in works
        for tag in ("asset", "gateway")
    ]
    missing = {"object_matchers": [["alertname", "=", "DatasourceNoData"]], "group_interval": "15m", "repeat_interval": "1d"}
    return [*muted, {**_receiver_of(name), **missing}]


def _receiver_of(name: str | None) -> dict[str, str]:
    return {} if name is None else {"receiver": contact_name(name)}


def _receiver(name: str, uid: str, kind: str, settings: Mapping[str, Any], hidden: Mapping[str, str]) -> Resource:
    content = {"name": name, "type": kind, "settings": dict(settings), "disableResolveMessage": False}
    return Resource(ResourceKind.CONTACT_POINT, uid, f"{name} ({kind})", content, hidden)
