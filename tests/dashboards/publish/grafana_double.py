"""A Grafana in memory that is strict: it answers only to the paths that the publisher needs, with Grafana's codes, and refuses bodies that
Grafana would refuse or misunderstand. `python -m tests.dashboards.against_grafana` runs the same steps on a real one."""

import copy
import http.server
import json
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

Json = Any
TOKEN = "glsa_of_the_test"

_PROVISIONING = "/api/v1/provisioning"
_RULE_KEYS = {
    "uid", "title", "folderUID", "ruleGroup", "orgID", "condition", "data", "noDataState", "execErrState", "for", "keep_firing_for", "labels",
    "annotations", "isPaused", "missingSeriesEvalsToResolve",
}  # fmt: skip
_ROUTE_KEYS = {
    "receiver", "object_matchers", "routes", "group_by", "group_wait", "group_interval", "repeat_interval", "mute_time_intervals",
    "active_time_intervals", "continue",
}  # fmt: skip
_DURATION = re.compile(r"(\d+(ms|[smhdwy]))+\Z")


class Refusal(Exception):
    """An answer with an error."""

    def __init__(self, status: int, message: str) -> None:
        self.status, self.message = status, message


class Answer(NamedTuple):
    """An answer with its code, which differs from call to call in Grafana."""

    status: int
    body: Json


class GrafanaDouble:
    """The state of a Grafana: as freshly installed."""

    def __init__(self) -> None:
        self.folders: dict[str, Json] = {}
        self.data_sources: dict[str, Json] = {}
        self.dashboards: dict[str, Json] = {}
        self.rule_groups: dict[tuple[str, str], Json] = {}
        self.contacts: dict[str, Json] = {}
        self.mute_timings: dict[str, Json] = {}
        self.tree: Json = {"receiver": "grafana-default-email", "group_by": ["grafana_folder", "alertname"]}
        self.annotations: list[Json] = []
        self.requests: list[tuple[str, str]] = []
        self.user = "sa-street"
        self.url = ""

    @property
    def writes(self) -> list[str]:
        """The requests that were no questions."""
        return [f"{method} {path}" for method, path in self.requests if method != "GET"]

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Json, headers: dict[str, str]) -> Answer:
        self.requests.append((method, path))
        if headers.get("authorization") != f"Bearer {TOKEN}":
            raise Refusal(401, "Unauthorized")
        if path.startswith(_PROVISIONING) and method != "GET" and headers.get("x-disable-provenance") != "true":
            raise Refusal(400, "what is provisioned so could not be edited any more")
        for (of, pattern), handler in _ROUTES.items():
            found = re.fullmatch(pattern, path)
            if found and of == method:
                return handler(
                    self, *[unquote(one) for one in found.groups()], **({"body": body} if method in ("POST", "PUT") else {"query": query})
                )
        raise Refusal(404, f"no route {method} {path}")

    def get_folder(self, uid: str, query: Json) -> Answer:
        if uid not in self.folders:
            raise Refusal(404, "folder not found")
        return Answer(200, self.folders[uid])

    def post_folder(self, body: Json) -> Answer:
        _only(body, {"uid", "title"})
        if body["uid"] in self.folders:
            raise Refusal(409, "a folder with the same UID already exists")
        self.folders[body["uid"]] = {"id": 7, "uid": body["uid"], "title": body["title"], "version": 1, "updatedBy": self.user}
        return Answer(200, self.folders[body["uid"]])

    def put_folder(self, uid: str, body: Json) -> Answer:
        _only(body, {"title", "overwrite"})
        folder = self.get_folder(uid, {}).body
        folder |= {"title": body["title"], "version": folder["version"] + 1}
        return Answer(200, folder)

    def get_data_source(self, uid: str, query: Json) -> Answer:
        if uid not in self.data_sources:
            raise Refusal(404, "Data source not found")
        source = {key: value for key, value in self.data_sources[uid].items() if key != "secureJsonData"}
        return Answer(200, source | {"secureJsonFields": dict.fromkeys(self.data_sources[uid]["secureJsonData"], True)})

    def post_data_source(self, body: Json) -> Answer:
        _only(body, {"uid", "name", "type", "access", "url", "user", "isDefault", "jsonData", "secureJsonData"})
        if any(one["name"] == body["name"] for one in self.data_sources.values()):
            raise Refusal(409, "data source with the same name already exists")
        self.data_sources[body["uid"]] = {"id": 1, "version": 1, "readOnly": False, "isDefault": False, "user": "", **body}
        return Answer(200, {"id": 1, "message": "Datasource added", "name": body["name"]})

    def put_data_source(self, uid: str, body: Json) -> Answer:
        _only(body, {"uid", "name", "type", "access", "url", "user", "isDefault", "jsonData", "secureJsonData", "version"})
        source = self.data_sources.get(uid)
        if source is None:
            raise Refusal(404, "data source not found")
        if source["readOnly"]:
            raise Refusal(403, "Cannot update read-only data source")
        if body.get("version") not in (None, source["version"]):
            raise Refusal(409, "Datasource has already been updated by someone else. Please reload and try again")
        kept = {"isDefault": False, "user": ""} | body | {"version": source["version"] + 1}
        kept["secureJsonData"] = source["secureJsonData"] | body["secureJsonData"]
        self.data_sources[uid] = {"id": source["id"], "readOnly": False} | kept
        return Answer(200, {"id": 1, "message": "Datasource updated"})

    def delete_data_source(self, uid: str, query: Json) -> Answer:
        self.get_data_source(uid, {})
        del self.data_sources[uid]
        return Answer(200, {"message": "Data source deleted"})

    def get_dashboard(self, uid: str, query: Json) -> Answer:
        if uid not in self.dashboards:
            raise Refusal(404, "Dashboard not found")
        return Answer(200, copy.deepcopy(self.dashboards[uid]))

    def post_dashboard(self, body: Json) -> Answer:
        _only(body, {"dashboard", "folderUid", "message", "overwrite"})
        dashboard = copy.deepcopy(body["dashboard"])
        if body["folderUid"] and body["folderUid"] not in self.folders:
            raise Refusal(400, "folder not found")
        if dashboard.get("id") is not None:
            raise Refusal(404, "Dashboard not found")
        before = self.dashboards.get(dashboard["uid"])
        version = before["dashboard"]["version"] if before else 0
        if before and not body["overwrite"] and dashboard.get("version", 0) != version:
            raise Refusal(412, "The dashboard has been changed by someone else")
        dashboard |= {"id": len(self.dashboards) + 1, "version": version + 1}
        meta = {"folderUid": body["folderUid"], "updatedBy": self.user, "updated": f"2026-11-30T08:00:0{version}Z", "provisioned": False}
        self.dashboards[dashboard["uid"]] = {"dashboard": dashboard, "meta": meta, "message": body["message"]}
        return Answer(200, {"uid": dashboard["uid"], "version": version + 1, "status": "success"})

    def delete_dashboard(self, uid: str, query: Json) -> Answer:
        self.get_dashboard(uid, {})
        del self.dashboards[uid]
        return Answer(200, {"message": "Dashboard deleted"})

    def search(self, query: Json) -> Answer:
        _only(query, {"type", "limit", "page"})
        listed = [
            {"uid": uid, "title": one["dashboard"]["title"], "type": "dash-db", "folderUid": one["meta"]["folderUid"]}
            for uid, one in sorted(self.dashboards.items())
        ]
        start, most = (int(query["page"][0]) - 1) * int(query["limit"][0]), int(query["limit"][0])
        return Answer(200, listed[start : start + most])

    def get_rules(self, query: Json) -> Answer:
        return Answer(200, [rule for group in self.rule_groups.values() for rule in group["rules"]])

    def get_rule_group(self, folder: str, group: str, query: Json) -> Answer:
        if (folder, group) not in self.rule_groups:
            raise Refusal(404, "rule group does not exist")
        return Answer(200, copy.deepcopy(self.rule_groups[folder, group]))

    def put_rule_group(self, folder: str, group: str, body: Json) -> Answer:
        _only(body, {"title", "folderUid", "interval", "rules"})
        if folder not in self.folders:
            raise Refusal(400, "folder does not exist")
        if (body["title"], body["folderUid"]) != (group, folder):
            raise Refusal(400, "the group's names differ")
        if body["interval"] <= 0 or body["interval"] % 10:
            raise Refusal(400, "interval should be divided exactly by scheduler interval: 10")
        if not body["rules"]:
            raise Refusal(400, "a group without rules would be deleted")
        for rule in body["rules"]:
            self._check_rule(rule, folder, group)
        taken = {rule["uid"] for key, other in self.rule_groups.items() if key != (folder, group) for rule in other["rules"]}
        if taken & {rule["uid"] for rule in body["rules"]}:
            raise Refusal(409, "a rule with this uid exists in another group")
        rules = [
            {"id": 1, "orgID": 1, "updated": "2026-11-30T08:00:00Z", "isPaused": False, "keep_firing_for": "0s", **rule}
            for rule in body["rules"]
        ]
        self.rule_groups[folder, group] = copy.deepcopy({**body, "rules": rules})
        return Answer(200, body)

    def delete_rule(self, uid: str, query: Json) -> Answer:
        for key, group in list(self.rule_groups.items()):
            group["rules"] = [rule for rule in group["rules"] if rule["uid"] != uid]
            if not group["rules"]:
                del self.rule_groups[key]
        return Answer(204, None)

    def get_contacts(self, query: Json) -> Answer:
        return Answer(200, [{**one, "settings": _redacted(one["settings"])} for one in self.contacts.values()])

    def post_contact(self, body: Json) -> Answer:
        self._check_contact(body)
        if body["uid"] in self.contacts:
            raise Refusal(400, "receiver configuration with uid already exists")
        self.contacts[body["uid"]] = body
        return Answer(202, body)

    def put_contact(self, uid: str, body: Json) -> Answer:
        self._check_contact(body)
        if uid not in self.contacts:
            raise Refusal(404, "contact point not found")
        self.contacts[uid] = body
        return Answer(202, {"message": "contactpoint updated"})

    def delete_contact(self, uid: str, query: Json) -> Answer:
        name = self.contacts[uid]["name"]
        others = [one for key, one in self.contacts.items() if key != uid and one["name"] == name]
        if not others and name in json.dumps(self.tree):
            raise Refusal(409, "contact point is currently in use")
        del self.contacts[uid]
        return Answer(202, {"message": "contactpoint deleted"})

    def get_tree(self, query: Json) -> Answer:
        return Answer(200, copy.deepcopy(self.tree))

    def put_tree(self, body: Json) -> Answer:
        self._check_route(body)
        if body.get("object_matchers"):
            raise Refusal(400, "root route must not have any matchers")
        self.tree = copy.deepcopy(body)
        return Answer(202, {"message": "policies updated"})

    def get_annotations(self, query: Json) -> Answer:
        _only(query, {"type", "limit", "tags"})
        tagged = [one for one in reversed(self.annotations) if set(query["tags"]) <= set(one["tags"])]
        return Answer(200, tagged[: int(query["limit"][0])])

    def post_annotation(self, body: Json) -> Answer:
        _only(body, {"text", "tags", "data"})
        self.annotations.append({"id": len(self.annotations) + 1, **copy.deepcopy(body)})
        return Answer(200, {"message": "Annotation added", "id": len(self.annotations)})

    def _check_rule(self, rule: Json, folder: str, group: str) -> None:
        _only(rule, _RULE_KEYS)
        if not re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", rule["uid"]) or not 1 <= len(rule["title"]) <= 190:
            raise Refusal(400, f"uid or title of {rule['uid']}")
        if (rule["folderUID"], rule["ruleGroup"]) != (folder, group):
            raise Refusal(400, "the rule is in another group")
        if rule["noDataState"] not in ("NoData", "OK", "Alerting", "KeepLast") or rule["execErrState"] not in (
            "Error",
            "OK",
            "Alerting",
            "KeepLast",
        ):
            raise Refusal(400, "unknown state")
        for key in ("for", "keep_firing_for"):
            if key in rule and not _DURATION.fullmatch(rule[key]):
                raise Refusal(400, f"{key} is no duration")
        names = [query["refId"] for query in rule["data"]]
        if rule["condition"] not in names or len(set(names)) < len(names):
            raise Refusal(400, "condition must be one of the queries")
        for query in rule["data"]:
            if query["datasourceUid"] not in ("__expr__", *self.data_sources):
                raise Refusal(400, "data source not found")

    def _check_contact(self, body: Json) -> None:
        _only(body, {"uid", "name", "type", "settings", "disableResolveMessage"})
        needed = {"email": "addresses", "webhook": "url"}.get(body["type"])
        if needed is None or not body["settings"].get(needed):
            raise Refusal(400, f"invalid settings of {body['type']}")

    def _check_route(self, route: Json) -> None:
        _only(route, _ROUTE_KEYS)
        names = {one["name"] for one in self.contacts.values()} | {"grafana-default-email"}
        if "receiver" in route and route["receiver"] not in names:
            raise Refusal(400, f"receiver '{route['receiver']}' does not exist")
        for key in ("group_wait", "group_interval", "repeat_interval"):
            if key in route and not _DURATION.fullmatch(route[key]):
                raise Refusal(400, f"{key} is no duration")
        for name in route.get("mute_time_intervals", []):
            if name not in self.mute_timings:
                raise Refusal(400, f"mute timing '{name}' does not exist")
        for one in route.get("routes", []):
            self._check_route(one)

    def get_mute_timing(self, name: str, query: Json) -> Answer:
        if name not in self.mute_timings:
            raise Refusal(404, "mute timing not found")
        return Answer(200, self.mute_timings[name])

    def post_mute_timing(self, body: Json) -> Answer:
        _only(body, {"name", "time_intervals"})
        self.mute_timings[body["name"]] = body
        return Answer(201, body)

    def put_mute_timing(self, name: str, body: Json) -> Answer:
        self.get_mute_timing(name, {})
        self.mute_timings[name] = body
        return Answer(202, body)

    def delete_mute_timing(self, name: str, query: Json) -> Answer:
        if name in json.dumps(self.tree):
            raise Refusal(409, "mute timing is in use")
        del self.mute_timings[name]
        return Answer(204, None)


_ROUTES: dict[tuple[str, str], Callable[..., Answer]] = {
    ("GET", "/api/folders/([^/]+)"): GrafanaDouble.get_folder,
    ("POST", "/api/folders"): GrafanaDouble.post_folder,
    ("PUT", "/api/folders/([^/]+)"): GrafanaDouble.put_folder,
    ("GET", "/api/datasources/uid/([^/]+)"): GrafanaDouble.get_data_source,
    ("POST", "/api/datasources"): GrafanaDouble.post_data_source,
    ("PUT", "/api/datasources/uid/([^/]+)"): GrafanaDouble.put_data_source,
    ("DELETE", "/api/datasources/uid/([^/]+)"): GrafanaDouble.delete_data_source,
    ("GET", "/api/dashboards/uid/([^/]+)"): GrafanaDouble.get_dashboard,
    ("POST", "/api/dashboards/db"): GrafanaDouble.post_dashboard,
    ("DELETE", "/api/dashboards/uid/([^/]+)"): GrafanaDouble.delete_dashboard,
    ("GET", "/api/search"): GrafanaDouble.search,
    ("GET", f"{_PROVISIONING}/alert-rules"): GrafanaDouble.get_rules,
    ("GET", f"{_PROVISIONING}/folder/([^/]+)/rule-groups/([^/]+)"): GrafanaDouble.get_rule_group,
    ("PUT", f"{_PROVISIONING}/folder/([^/]+)/rule-groups/([^/]+)"): GrafanaDouble.put_rule_group,
    ("DELETE", f"{_PROVISIONING}/alert-rules/([^/]+)"): GrafanaDouble.delete_rule,
    ("GET", f"{_PROVISIONING}/contact-points"): GrafanaDouble.get_contacts,
    ("POST", f"{_PROVISIONING}/contact-points"): GrafanaDouble.post_contact,
    ("PUT", f"{_PROVISIONING}/contact-points/([^/]+)"): GrafanaDouble.put_contact,
    ("DELETE", f"{_PROVISIONING}/contact-points/([^/]+)"): GrafanaDouble.delete_contact,
    ("GET", f"{_PROVISIONING}/policies"): GrafanaDouble.get_tree,
    ("PUT", f"{_PROVISIONING}/policies"): GrafanaDouble.put_tree,
    ("GET", f"{_PROVISIONING}/mute-timings/([^/]+)"): GrafanaDouble.get_mute_timing,
    ("POST", f"{_PROVISIONING}/mute-timings"): GrafanaDouble.post_mute_timing,
    ("PUT", f"{_PROVISIONING}/mute-timings/([^/]+)"): GrafanaDouble.put_mute_timing,
    ("DELETE", f"{_PROVISIONING}/mute-timings/([^/]+)"): GrafanaDouble.delete_mute_timing,
    ("GET", "/api/annotations"): GrafanaDouble.get_annotations,
    ("POST", "/api/annotations"): GrafanaDouble.post_annotation,
}


def _only(body: Json, keys: set[str]) -> None:
    """Refuse what Grafana would ignore: a key that is not there."""
    if not isinstance(body, dict) or set(body) - keys:
        raise Refusal(400, f"unknown keys {sorted(set(body) - keys)}")


def _redacted(settings: Json) -> Json:
    return {key: "[REDACTED]" if key in ("authorization_credentials", "password") else value for key, value in settings.items()}


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    double: GrafanaDouble

    def _serve(self) -> None:
        content = self.rfile.read(int(self.headers["content-length"] or 0))
        url = urlsplit(self.path)
        try:
            body = json.loads(content) if content else None
            headers = {key.lower(): value for key, value in self.headers.items()}
            answer = self.double.answer(self.command, url.path, parse_qs(url.query), body, headers)
        except Refusal as refusal:
            answer = Answer(refusal.status, {"message": refusal.message})
        sent = b"" if answer.status == 204 else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 — names of the library

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def served_grafana() -> Iterator[GrafanaDouble]:
    """Serve a fresh Grafana until the test ends."""
    double = GrafanaDouble()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"double": double}))
    server.daemon_threads = True
    double.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield double
    server.shutdown()
    thread.join()
    server.server_close()
