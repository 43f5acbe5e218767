"""Reads what this product's folder in Grafana contains."""

import re
from typing import Any
from urllib.parse import quote

from dashboards.publish.api import GrafanaApi
from dashboards.publish.endpoints import Dashboards, RuleGroups
from dashboards.publish.wanted import FOLDER_UID

_PAGE = 1000


def pulled(api: GrafanaApi) -> dict[str, Any]:
    """Return the dashboards and the groups of alert rules of the folder, by the names of their files.

    Raises:
        GrafanaError: Grafana does not answer, or refuses.
    """
    files: dict[str, Any] = {}
    dashboards, groups = Dashboards(api), RuleGroups(api)
    for uid in _dashboards_in_folder(api):
        found = dashboards.read(uid)
        if found is not None:
            files[f"{_file_name(uid)}.json"] = found.content["dashboard"]
    for name in _groups_in_folder(api):
        found = groups.read(f"{FOLDER_UID}/{name}")
        if found is not None:
            files[f"alerting/{_file_name(name)}.json"] = found.content
    return files


def _dashboards_in_folder(api: GrafanaApi) -> list[str]:
    """Return the uids of the folder's dashboards, in order."""
    found: list[str] = []
    for page in range(1, 100):
        listed = api.send("GET", f"/api/search?type=dash-db&limit={_PAGE}&page={page}")
        found += [one["uid"] for one in listed if one.get("folderUid") == FOLDER_UID]
        if len(listed) < _PAGE:
            break
    return sorted(found)


def _groups_in_folder(api: GrafanaApi) -> list[str]:
    """Return the names of the folder's groups of rules, in order."""
    rules = api.send("GET", "/api/v1/provisioning/alert-rules")
    return sorted({rule["ruleGroup"] for rule in rules if rule.get("folderUID") == FOLDER_UID})


def _file_name(name: str) -> str:
    """Return a name without what a path could be made of: names come from Grafana."""
    return quote(re.sub(r"[/.]+", "-", name), safe=" ")
