"""`python -m tests.dashboards.against_grafana http://127.0.0.1:3000 admin password`: walk the publisher's way on a real, fresh Grafana.

It pushes, pushes again, changes things as people do, and looks whether each change is found, left alone, and overwritten by force. Its folder
is deleted at the end. The tests use a double instead; what differs between the two is a fault of the double.
"""

import argparse
import sys
from base64 import b64encode
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from dashboards.publish.api import GrafanaAccess, GrafanaApi
from dashboards.publish.plan import PublishVerb
from dashboards.publish.publisher import Publisher
from dashboards.publish.pull import pulled
from dashboards.publish.resource import Resource
from dashboards.publish.wanted import Secrets, resources
from gateway.model.site.alarms import WorksSettings
from gateway.model.site.connection import LoginSettings
from gateway.model.site.grafana import ContactSettings, GrafanaSettings
from gateway.model.site.store import InfluxSettings

WORKS = WorksSettings(name="via-roma", begins="2026-12-01T08:00", ends="2027-01-03T18:00", assets=["qe-1", "qe-2"])
GRAFANA = GrafanaSettings(
    url="http://127.0.0.1",
    token_file="",
    contacts={
        "centre": ContactSettings(email=["room@example.org"]),
        "citelum": ContactSettings(email=["light@example.org"], webhook="https://example.org/hook", webhook_token_file="w"),
    },
)
SECRETS = Secrets("secret", "", {"citelum": "hook-token"})


class Found(NamedTuple):
    """What was tried, and whether it came out as it should."""

    what: str
    good: bool
    detail: object = ""


def pushed(api: GrafanaApi, wanted: list[Resource], *, force: bool = False) -> dict[str, PublishVerb]:
    """Push, and return what happened to each resource that did not stay as it was."""
    publisher = Publisher(api, "prato", wanted)
    steps = publisher.plan(force=force)
    for step in steps:
        publisher.do(step, "against Grafana")
    publisher.remember(steps, "against Grafana")
    return {step.resource.key: step.verb for step in steps if step.verb is not PublishVerb.KEEP}


def edits(api: GrafanaApi) -> Iterator[tuple[str, str]]:
    """Make one change after another as people do, and yield what was changed and the key of its resource."""
    found = api.send("GET", "/api/dashboards/uid/street-city")
    board = found["dashboard"] | {"title": "Mine"}
    api.send("POST", "/api/dashboards/db", {"dashboard": board, "folderUid": "street-gateway", "message": "mine", "overwrite": False})
    yield "a dashboard's title", "dashboard/street-city"
    rule = api.send("GET", "/api/v1/provisioning/alert-rules/street-disk-full")
    api.send("PUT", "/api/v1/provisioning/alert-rules/street-disk-full", rule | {"for": "1h"})
    yield "an alert rule's delay", "alert rules/street-gateway/gateways"
    tree = api.send("GET", "/api/v1/provisioning/policies")
    tree["routes"][0]["repeat_interval"] = "5m"
    api.send("PUT", "/api/v1/provisioning/policies", {key: value for key, value in tree.items() if key != "provenance"})
    yield "a policy's repetition", "notification policy/street-gateway"
    source = api.send("GET", "/api/datasources/uid/street")
    api.send("PUT", "/api/datasources/uid/street", source | {"url": "http://elsewhere:8086"})
    yield "the data source's address", "data source/street"
    points = api.send("GET", "/api/v1/provisioning/contact-points")
    (point,) = (one for one in points if one["uid"] == "street-centre-email")
    point["settings"]["addresses"] = "anna@example.org"
    api.send(
        "PUT",
        "/api/v1/provisioning/contact-points/street-centre-email",
        {key: value for key, value in point.items() if key != "provenance"},
    )
    yield "a contact's address", "contact point/street-centre-email"
    timing = api.send("GET", "/api/v1/provisioning/mute-timings/Street%20works%20via-roma")
    timing["time_intervals"] = timing["time_intervals"][:1]
    keys = ("name", "time_intervals", "version")
    api.send("PUT", "/api/v1/provisioning/mute-timings/Street%20works%20via-roma", {key: timing[key] for key in keys if key in timing})
    yield "the time of works", "mute timing/Street works via-roma"


def walk(api: GrafanaApi, influx: InfluxSettings) -> Iterator[Found]:
    """Yield what was found at each step of the way."""
    wanted = resources(GRAFANA, influx, SECRETS, [WORKS], "Europe/Rome")
    first = pushed(api, wanted)
    yield Found("a first push creates everything", set(first.values()) == {PublishVerb.CREATE} and len(first) == len(wanted), first)
    second = pushed(api, wanted)
    yield Found("a second push changes nothing", second == {}, second)
    for what, key in edits(api):
        left = pushed(api, wanted)
        yield Found(f"{what}: found and left alone", left == {key: PublishVerb.CONFLICT}, left)
        forced = pushed(api, wanted, force=True)
        yield Found(f"{what}: overwritten by force", forced == {key: PublishVerb.UPDATE}, forced)
        after = pushed(api, wanted)
        yield Found(f"{what}: then nothing to do", after == {}, after)
    renewed = pushed(api, resources(GRAFANA, influx, SECRETS._replace(store="new"), [WORKS], "Europe/Rome"))
    yield Found("a new secret is sent", renewed == {"data source/street": PublishVerb.UPDATE}, renewed)
    files = pulled(api)
    yield Found("what is pulled is all that was pushed", len(files) == 7 + 4, list(files))
    italian = pushed(api, resources(msgspec.structs.replace(GRAFANA, language="it"), influx, SECRETS, [WORKS], "Europe/Rome"))
    yield Found(
        "another language changes dashboards and rules", PublishVerb.CONFLICT not in italian.values() and len(italian) >= 18, italian
    )
    gone = pushed(api, [])
    yield Found("what is no longer wanted is deleted", set(gone.values()) == {PublishVerb.DELETE}, gone)
    empty = pushed(api, [])
    yield Found("then nothing is left to delete", empty == {}, empty)


def main() -> int:
    """Walk the way, and return 1 if anything came out otherwise."""
    parser = argparse.ArgumentParser(description="Walk the publisher's way on a real, fresh Grafana.")
    parser.add_argument("url")
    parser.add_argument("user")
    parser.add_argument("password")
    parser.add_argument("--influx", default="http://127.0.0.1:8086")
    given = parser.parse_args()
    pair = b64encode(f"{given.user}:{given.password}".encode()).decode()
    api = GrafanaApi(GrafanaAccess(given.url, f"Basic {pair}"))
    print(f"Grafana {api.send('GET', '/api/health')['version']}")
    bad = 0
    for found in walk(api, InfluxSettings(url=given.influx, login=LoginSettings(user="grafana", password_file="p"))):
        bad += not found.good
        print("good" if found.good else f"BAD  {found.detail}", found.what, sep="  ")
    api.close()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
