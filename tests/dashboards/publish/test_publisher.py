"""Pushing into a Grafana: once, again, after changes by hand, and after changes of what is wanted."""

import msgspec
import pytest

from dashboards.publish.api import GrafanaApi, GrafanaRefused
from dashboards.publish.plan import PublishVerb
from dashboards.publish.publisher import Publisher
from dashboards.publish.resource import Resource, ResourceKind
from dashboards.publish.wanted import Secrets, resources
from gateway.model.site.connection import LoginSettings
from gateway.model.site.grafana import ContactSettings, GrafanaSettings
from gateway.model.site.store import InfluxSettings
from tests.dashboards.publish.grafana_double import GrafanaDouble

GRAFANA = GrafanaSettings(
    url="http://127.0.0.1:3000",
    token_file="t",
    contacts={
        "centre": ContactSettings(email=["room@example.org"]),
        "citelum": ContactSettings(
            email=["light@example.org", "night@example.org"], webhook="https://example.org/hook", webhook_token_file="w"
        ),
    },
)
OPEN = InfluxSettings(url="http://127.0.0.1:8086")
CLOSED = InfluxSettings(url="http://127.0.0.1:8086", login=LoginSettings(user="grafana", password_file="p"))
NO_SECRETS = Secrets()


def wanted(secrets: Secrets = NO_SECRETS, grafana: GrafanaSettings = GRAFANA) -> list[Resource]:
    return resources(grafana, CLOSED if secrets.store else OPEN, secrets)


def push(api: GrafanaApi, of: list[Resource], *, force: bool = False) -> dict[str, PublishVerb]:
    """Push, and return what happened to each resource that did not stay as it was."""
    publisher = Publisher(api, "prato", of)
    steps = publisher.plan(force=force)
    for step in steps:
        publisher.do(step, "a push of the test")
    publisher.remember(steps, "a push of the test")
    return {step.resource.key: step.verb for step in steps if step.verb is not PublishVerb.KEEP}


def test_a_fresh_grafana_gets_everything(api: GrafanaApi, grafana: GrafanaDouble) -> None:
    done = push(api, wanted())
    assert set(done.values()) == {PublishVerb.CREATE}
    assert {key.partition("/")[0] for key in done} == set(ResourceKind) - {ResourceKind.MUTE_TIMING}
    assert grafana.folders["street-gateway"]["title"] == "Street"
    assert {one["message"] for one in grafana.dashboards.values()} == {"a push of the test"}
    assert {one["meta"]["folderUid"] for one in grafana.dashboards.values()} == {"street-gateway"}
    assert grafana.tree["receiver"] == "grafana-default-email"


def test_a_second_push_changes_nothing(api: GrafanaApi, grafana: GrafanaDouble) -> None:
    push(api, wanted())
    grafana.requests.clear()
    assert push(api, wanted()) == {}
    assert grafana.writes == []


def test_a_dashboard_that_somebody_saved_is_left_alone_until_forced(api: GrafanaApi, grafana: GrafanaDouble) -> None:
    push(api, wanted())
    uid = next(iter(grafana.dashboards))
    grafana.user = "anna"
    board = grafana.dashboards[uid]
    grafana.post_dashboard(
        {"dashboard": {**board["dashboard"], "id": None, "title": "Mine"}, "folderUid": "street-gateway", "message": "", "overwrite": False}
    )
    grafana.user = "sa-street"
    assert push(api, wanted()) == {f"dashboard/{uid}": PublishVerb.CONFLICT}
    assert grafana.dashboards[uid]["dashboard"]["title"] == "Mine"
    (step,) = [one for one in Publisher(api, "prato", wanted()).plan() if one.verb is PublishVerb.CONFLICT]
    assert step.why.startswith("it was changed in Grafana by anna ")
    assert [(change.path, change.found) for change in step.changes] == [("dashboard.title", "Mine")]
    assert push(api, wanted(), force=True) == {f"dashboard/{uid}": PublishVerb.UPDATE}
    assert grafana.dashboards[uid]["dashboard"]["title"] != "Mine"
    assert push(api, wanted()) == {}


@pytest.mark.parametrize("kind", ["rules", "contact", "policy", "data source", "folder"])
def test_whatever_somebody_changed_is_found(kind: str, api: GrafanaApi, grafana: GrafanaDouble) -> None:
    push(api, wanted())
    if kind == "rules":
        key = "alert rules/street-gateway/lighting"
        grafana.rule_groups["street-gateway", "lighting"]["rules"][0]["for"] = "1h"
    elif kind == "contact":
        key = "contact point/street-centre-email"
        grafana.contacts["street-centre-email"]["settings"]["addresses"] = "anna@example.org"
    elif kind == "policy":
        key = "notification policy/street-gateway"
        grafana.tree["routes"][0]["repeat_interval"] = "5m"
    elif kind == "folder":
        key = "folder/street-gateway"
        grafana.put_folder("street-gateway", {"title": "My street", "overwrite": True})
    else:
        key = "data source/street"
        source = grafana.get_data_source("street", {}).body
        keys = ("uid", "name", "type", "access", "user", "jsonData", "version")
        grafana.put_data_source("street", {**{one: source[one] for one in keys}, "url": "http://elsewhere", "secureJsonData": {}})
    assert push(api, wanted()) == {key: PublishVerb.CONFLICT}
    assert push(api, wanted(), force=True) == {key: PublishVerb.UPDATE}
    assert push(api, wanted()) == {}


def test_a_change_in_what_is_wanted_is_pushed_without_a_question(api: GrafanaApi, grafana: GrafanaDouble) -> None:
    push(api, wanted())
    italian = wanted(grafana=msgspec.structs.replace(GRAFANA, language="it"))
    done = push(api, italian)
    assert {verb for key, verb in done.items() if not key.startswith("dashboard/")} == {PublishVerb.UPDATE}
    assert {key: verb for key, verb in done.items() if "city" in key} == {
        "dashboard/street-city-it": PublishVerb.CREATE,
        "dashboard/street-city": PublishVerb.DELETE,
    }
    assert grafana.rule_groups["street-gateway", "lighting"]["rules"][0]["title"] == "Quadro spento"
    assert push(api, italian) == {}


def test_a_new_secret_is_sent_and_is_written_nowhere_else(api: GrafanaApi, grafana: GrafanaDouble) -> None:
    secrets = Secrets("secret", "", {"citelum": "hook-token"})
    push(api, wanted(secrets))
    assert grafana.data_sources["street"]["secureJsonData"] == {"password": "secret"}
    assert grafana.contacts["street-citelum-webhook"]["settings"]["authorization_credentials"] == "hook-token"
    assert push(api, wanted(secrets)) == {}
    assert push(api, wanted(Secrets("another", "", {"citelum": "hook-token"}))) == {"data source/street": PublishVerb.UPDATE}
    assert grafana.data_sources["street"]["secureJsonData"] == {"password": "another"}
    said = str(grafana.annotations)
    assert not any(secret in said for secret in ("secret", "another", "hook-token"))


def test_what_is_no_longer_wanted_is_deleted_unless_somebody_changed_it(api: GrafanaApi, grafana: GrafanaDouble) -> None:
    push(api, wanted())
    alone = msgspec.structs.replace(GRAFANA, contacts={"centre": ContactSettings(email=["room@example.org"])})
    grafana.contacts["street-citelum-email"]["settings"]["addresses"] = "anna@example.org"
    done = push(api, wanted(NO_SECRETS, alone))
    assert done == {
        "notification policy/street-gateway": PublishVerb.UPDATE,
        "contact point/street-citelum-webhook": PublishVerb.DELETE,
        "contact point/street-citelum-email": PublishVerb.CONFLICT,
    }
    assert set(grafana.contacts) == {"street-centre-email", "street-citelum-email"}
    push(api, wanted(NO_SECRETS, alone), force=True)
    assert set(grafana.contacts) == {"street-centre-email"}


def test_what_was_deleted_in_grafana_is_created_again(api: GrafanaApi, grafana: GrafanaDouble) -> None:
    push(api, wanted())
    uid = next(iter(grafana.dashboards))
    del grafana.dashboards[uid]
    assert push(api, wanted()) == {f"dashboard/{uid}": PublishVerb.CREATE}
    assert push(api, wanted()) == {}


def test_the_routes_of_others_stay(api: GrafanaApi, grafana: GrafanaDouble) -> None:
    theirs = {"receiver": "grafana-default-email", "object_matchers": [["team", "=", "water"]]}
    grafana.tree["routes"] = [theirs]
    push(api, wanted())
    assert grafana.tree["routes"][1:] == [theirs]


def test_what_others_made_under_the_same_name_is_not_taken_over(api: GrafanaApi, grafana: GrafanaDouble) -> None:
    grafana.post_data_source({"uid": "street", "name": "Other", "type": "influxdb", "access": "proxy", "url": "http://h", "jsonData": {}, "secureJsonData": {}})  # fmt: skip
    assert push(api, wanted())["data source/street"] is PublishVerb.CONFLICT
    assert grafana.data_sources["street"]["name"] == "Other"


def test_a_push_that_was_interrupted_is_taken_up_by_the_next(api: GrafanaApi, grafana: GrafanaDouble) -> None:
    publisher = Publisher(api, "prato", wanted())
    for step in publisher.plan()[:4]:
        publisher.do(step, "interrupted")
    done = push(api, wanted())
    assert set(done.values()) == {PublishVerb.CREATE}
    assert push(api, wanted()) == {}


def test_a_provisioned_data_source_is_not_changed_and_the_error_says_why(api: GrafanaApi, grafana: GrafanaDouble) -> None:
    push(api, wanted())
    grafana.data_sources["street"] |= {"readOnly": True, "url": "http://provisioned", "version": 7}
    with pytest.raises(GrafanaRefused, match=r"403 Cannot update read-only data source; .* what a file provisions can't be changed"):
        push(api, wanted(), force=True)


def test_two_sites_share_a_grafana_without_deleting_each_others_resources(api: GrafanaApi, grafana: GrafanaDouble) -> None:
    push(api, wanted())
    other = Publisher(api, "pistoia", [Resource(ResourceKind.FOLDER, "pistoia", "Pistoia", {"title": "Pistoia"})])
    steps = other.plan()
    assert [step.verb for step in steps] == [PublishVerb.CREATE]
    other.do(steps[0], "")
    other.remember(steps, "")
    assert push(api, wanted()) == {}
    assert set(grafana.folders) == {"street-gateway", "pistoia"}
