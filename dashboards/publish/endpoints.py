"""Where each kind of resource is in Grafana's HTTP API, and how it is read and written there."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import quote

from dashboards.publish.api import GrafanaApi
from dashboards.publish.comparison import digest
from dashboards.publish.policy import own_routes, with_own_routes
from dashboards.publish.resource import FoundResource, Resource, ResourceKind

_PROVISIONING = "/api/v1/provisioning"


class Endpoint(Protocol):
    """Reads and writes the resources of one kind. Each method raises GrafanaError if Grafana refuses or does not answer."""

    def read(self, uid: str) -> FoundResource | None:
        """Return a resource, None if Grafana has none of this name."""
        ...

    def write(self, resource: Resource, found: FoundResource | None, message: str) -> None:
        """Create a resource, or replace what was found."""
        ...

    def delete(self, uid: str) -> None:
        """Delete a resource."""
        ...


class Folders:
    """Folders."""

    def __init__(self, api: GrafanaApi) -> None:
        self._api = api

    def read(self, uid: str) -> FoundResource | None:
        """Return a folder."""
        found = self._api.find(f"/api/folders/{in_path(uid)}")
        return None if found is None else FoundResource({"title": found["title"]}, digest(found["title"]), found.get("updatedBy", ""))

    def write(self, resource: Resource, found: FoundResource | None, message: str) -> None:
        """Create a folder, or rename it."""
        if found is None:
            self._api.send("POST", "/api/folders", {"uid": resource.uid, **resource.content})
        else:
            self._api.send("PUT", f"/api/folders/{in_path(resource.uid)}", {**resource.content, "overwrite": True})

    def delete(self, uid: str) -> None:
        """Delete a folder with all that is in it."""
        self._api.send("DELETE", f"/api/folders/{in_path(uid)}?forceDeleteRules=true")


class DataSources:
    """Data sources."""

    def __init__(self, api: GrafanaApi) -> None:
        self._api = api

    def read(self, uid: str) -> FoundResource | None:
        """Return a data source; what is secret stays in Grafana."""
        found = self._api.find(f"/api/datasources/uid/{in_path(uid)}")
        return None if found is None else FoundResource(found, str(found.get("version", "")))

    def write(self, resource: Resource, found: FoundResource | None, message: str) -> None:
        """Create a data source, or replace it."""
        body = {**resource.content, "uid": resource.uid, "secureJsonData": dict(resource.secrets)}
        if found is None:
            self._api.send("POST", "/api/datasources", body)
        else:
            kept = {key: found.content.get(key) for key in ("version", "isDefault")}
            self._api.send("PUT", f"/api/datasources/uid/{in_path(resource.uid)}", {**body, **kept})

    def delete(self, uid: str) -> None:
        """Delete a data source."""
        self._api.send("DELETE", f"/api/datasources/uid/{in_path(uid)}")


class Dashboards:
    """Dashboards, in a folder."""

    def __init__(self, api: GrafanaApi) -> None:
        self._api = api

    def read(self, uid: str) -> FoundResource | None:
        """Return a dashboard."""
        found = self._api.find(f"/api/dashboards/uid/{in_path(uid)}")
        if found is None:
            return None
        dashboard, meta = found["dashboard"], found["meta"]
        content = {"dashboard": without_numbers(dashboard), "folderUid": meta.get("folderUid", "")}
        return FoundResource(content, str(dashboard.get("version", "")), f"{meta.get('updatedBy', '')} {meta.get('updated', '')}".strip())

    def write(self, resource: Resource, found: FoundResource | None, message: str) -> None:
        """Save a dashboard as a new version; Grafana refuses if somebody has saved it since it was read."""
        numbers: dict[str, Any] = {"id": None, "uid": resource.uid}
        if found is not None and found.revision.isdecimal():
            numbers["version"] = int(found.revision)
        dashboard = {**resource.content["dashboard"], **numbers}
        body = {"dashboard": dashboard, "folderUid": resource.content["folderUid"], "message": message, "overwrite": False}
        self._api.send("POST", "/api/dashboards/db", body)

    def delete(self, uid: str) -> None:
        """Delete a dashboard."""
        self._api.send("DELETE", f"/api/dashboards/uid/{in_path(uid)}")


class RuleGroups:
    """Groups of alert rules. The uid is that of the folder and the name of the group, with a slash between."""

    def __init__(self, api: GrafanaApi) -> None:
        self._api = api

    def read(self, uid: str) -> FoundResource | None:
        """Return a group with its rules."""
        found = self._api.find(_group_path(uid))
        if found is None or not found.get("rules"):
            return None
        rules = [
            {key: value for key, value in rule.items() if key not in ("id", "orgID", "updated", "provenance")} for rule in found["rules"]
        ]
        content = {**found, "rules": rules}
        return FoundResource(content, digest(content))

    def write(self, resource: Resource, found: FoundResource | None, message: str) -> None:
        """Replace a group; rules that it no longer has are deleted."""
        self._api.send("PUT", _group_path(resource.uid), dict(resource.content))

    def delete(self, uid: str) -> None:
        """Delete a group with its rules, one by one: Grafana before 10.2 can't delete a group."""
        found = self._api.find(_group_path(uid))
        for rule in (found or {}).get("rules", []):
            self._api.send("DELETE", f"{_PROVISIONING}/alert-rules/{in_path(rule['uid'])}")


class ContactPoints:
    """The receivers of contact points; those with one name are one contact point."""

    def __init__(self, api: GrafanaApi) -> None:
        self._api = api

    def read(self, uid: str) -> FoundResource | None:
        """Return a receiver; its secrets are hidden."""
        for one in self._api.send("GET", f"{_PROVISIONING}/contact-points"):
            if one.get("uid") == uid:
                content = {key: one.get(key) for key in ("name", "type", "settings", "disableResolveMessage")}
                return FoundResource(content, digest(content))
        return None

    def write(self, resource: Resource, found: FoundResource | None, message: str) -> None:
        """Create a receiver, or replace it."""
        body = {**resource.content, "uid": resource.uid, "settings": {**resource.content["settings"], **resource.secrets}}
        if found is None:
            self._api.send("POST", f"{_PROVISIONING}/contact-points", body)
        else:
            self._api.send("PUT", f"{_PROVISIONING}/contact-points/{in_path(resource.uid)}", body)

    def delete(self, uid: str) -> None:
        """Delete a receiver."""
        self._api.send("DELETE", f"{_PROVISIONING}/contact-points/{in_path(uid)}")


class MuteTimings:
    """Times in which a policy notifies nobody."""

    def __init__(self, api: GrafanaApi) -> None:
        self._api = api

    def read(self, uid: str) -> FoundResource | None:
        """Return a mute timing by its name."""
        found = self._api.find(f"{_PROVISIONING}/mute-timings/{in_path(uid)}")
        content = None if found is None else {key: found.get(key) for key in ("name", "time_intervals")}
        return None if content is None else FoundResource(content, digest(content))

    def write(self, resource: Resource, found: FoundResource | None, message: str) -> None:
        """Create a mute timing, or replace it."""
        if found is None:
            self._api.send("POST", f"{_PROVISIONING}/mute-timings", dict(resource.content))
        else:
            self._api.send("PUT", f"{_PROVISIONING}/mute-timings/{in_path(resource.uid)}", dict(resource.content))

    def delete(self, uid: str) -> None:
        """Delete a mute timing."""
        self._api.send("DELETE", f"{_PROVISIONING}/mute-timings/{in_path(uid)}")


class Policy:
    """The routes of this product's alerts. Grafana has one tree of routes for all alerts: those of others stay as they are."""

    def __init__(self, api: GrafanaApi) -> None:
        self._api = api

    def read(self, uid: str) -> FoundResource | None:
        """Return the routes of this product's alerts."""
        routes = own_routes(self._api.send("GET", f"{_PROVISIONING}/policies"))
        return FoundResource({"routes": routes}, digest(routes)) if routes else None

    def write(self, resource: Resource, found: FoundResource | None, message: str) -> None:
        """Put the routes into the tree, before those of others."""
        self._put(resource.content["routes"])

    def delete(self, uid: str) -> None:
        """Take the routes out of the tree."""
        self._put([])

    def _put(self, routes: list[Mapping[str, Any]]) -> None:
        tree = self._api.send("GET", f"{_PROVISIONING}/policies")
        self._api.send("PUT", f"{_PROVISIONING}/policies", with_own_routes(tree, routes))


ENDPOINTS: Mapping[ResourceKind, Callable[[GrafanaApi], Endpoint]] = {
    ResourceKind.FOLDER: Folders,
    ResourceKind.DATA_SOURCE: DataSources,
    ResourceKind.CONTACT_POINT: ContactPoints,
    ResourceKind.MUTE_TIMING: MuteTimings,
    ResourceKind.POLICY: Policy,
    ResourceKind.DASHBOARD: Dashboards,
    ResourceKind.RULES: RuleGroups,
}


def in_path(name: str) -> str:
    """Return a name as one part of a path."""
    return quote(name, safe="")


def without_numbers(dashboard: Mapping[str, Any]) -> dict[str, Any]:
    """Return a dashboard without what Grafana numbers: two Grafanas give other numbers to the same one."""
    return {key: value for key, value in dashboard.items() if key not in ("id", "version", "iteration")}


def _group_path(uid: str) -> str:
    folder, _, group = uid.partition("/")
    return f"{_PROVISIONING}/folder/{in_path(folder)}/rule-groups/{in_path(group)}"
