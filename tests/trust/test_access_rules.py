"""The access rules as text; tests/system/test_access_table.py tries them at a broker."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from gateway.model.site.access import AccessSettings, CornerSettings, GrantSettings
from gateway.model.site.assets import AssetSettings
from gateway.model.topics import GatewayId
from gateway.trust.access_rules import MADE, AccessError, AccessPlan, access_file, grants_of_nothing, narrowed, users_of

ROOT = Path(__file__).parents[2]
EXAMPLE = GatewayId("prato", "citelum", "gw-0042")
CORNERS = [CornerSettings(lat=lat, lon=lon) for lat, lon in ((0, 0), (0, 1), (1, 1))]


def plan(access: AccessSettings, gateways: Iterable[GatewayId] = (EXAMPLE,), assets: dict[str, AssetSettings] | None = None) -> AccessPlan:
    return AccessPlan("prato", access, frozenset(gateways), assets or {})


def rules_in(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_shipped_rules_are_those_that_are_made_for_their_example() -> None:
    access = AccessSettings(utilities={"acquedotto": [GrantSettings(operator="citelum")]})
    assert rules_in(access_file(plan(access))) == rules_in((ROOT / "systemd" / "mosquitto.acl").read_text())


def test_the_same_site_file_makes_the_same_rules_in_whatever_order_it_lists_them() -> None:
    others = [GatewayId("prato", "citelum", f"gw-{number}") for number in range(9)]
    one = AccessSettings(processes={"a": "ingest", "b": "page"}, utilities={"x": [], "y": []})
    other = AccessSettings(processes={"b": "page", "a": "ingest"}, utilities={"y": [], "x": []})
    assert access_file(plan(one, others)) == access_file(plan(other, reversed(others)))
    assert access_file(plan(one, others)).startswith(MADE)


def test_two_gateways_whose_users_would_have_one_name_are_an_error() -> None:
    with pytest.raises(AccessError, match=r"'prato-c-a-b': rename a gateway, a process, a utility or an organisation"):
        users_of(plan(AccessSettings(), [GatewayId("prato", "c", "a-b"), GatewayId("prato", "c-a", "b")]))


def test_a_topic_that_two_grants_allow_is_listed_once() -> None:
    grants = [GrantSettings(operator="citelum", measurements=["lamp"]), GrantSettings(operator="citelum", measurements=["weather", "lamp"])]
    assert users_of(plan(AccessSettings(utilities={"x": grants})))[-1].rights == (
        "read prato/v1/citelum/city/lamp/+",
        "read prato/v1/citelum/city/weather/+",
    )


def test_grants_that_allow_nothing_are_named() -> None:
    grants = [GrantSettings(operator="citelom"), GrantSettings(operator="citelum", area="centre"), GrantSettings(operator="citelum")]
    access = AccessSettings(utilities={"x": grants}, areas={"centre": CORNERS})
    assert list(grants_of_nothing(plan(access))) == [
        "'x' may read assets of 'citelom', which has no gateway",
        "'x' may read the area 'centre', in which there is no asset with a position",
    ]
    assert len(list(grants_of_nothing(plan(access, assets={"pl-1": AssetSettings(lat=0.1, lon=0.5)})))) == 1


def test_an_organisation_reads_what_everybody_may_see_and_its_inbox_and_writes_requests() -> None:
    organisation = plan(AccessSettings(utilities={"acqua": [GrantSettings(operator="citelum")]}))._replace(
        organisations=frozenset({"acqua"})
    )
    assert users_of(organisation)[-1].rights == (
        "read prato/v1/citelum/city/+/+",
        "read prato/v1/sr/public/+/+",
        "read prato/v1/sr/org/acqua/+/+",
        "read prato/v1/sr/org/acqua/answer",
        "read prato/v1/sr/org/acqua/near",
        "write prato/v1/sr/org/acqua/request",
    )


def test_an_organisation_is_not_another_user() -> None:
    with pytest.raises(AccessError, match="'centre'"):
        users_of(plan(AccessSettings())._replace(organisations=frozenset({"centre"})))


def test_who_may_do_less_is_found_and_who_may_do_the_same_in_other_words_is_not() -> None:
    old = f"{MADE}\nuser a\ntopic readwrite x\ntopic read y\n\nuser b\ntopic read x\n\nuser c\ntopic read x\n\nuser d\n"
    new = "user c\ntopic read x\ntopic read z\n\nuser a\ntopic read x\ntopic read y\n"
    assert narrowed(old, new) == ["a", "b"]
    assert narrowed(old, old) == []
    assert narrowed("", old) == []
    assert narrowed("user a\ntopic readwrite x\n", "user a\ntopic write x\ntopic read x\n") == []


def test_the_alarms_read_which_works_suppress_them_and_no_organisation_does() -> None:
    access = AccessSettings(processes={"alarm-process": "alarms"})
    rights = {one.name: one.rights for one in users_of(plan(access)._replace(organisations=frozenset({"publiacqua"})))}
    assert "read prato/v1/sr/works" in rights["alarm-process"]
    assert [right for right in rights["publiacqua"] if right.endswith("/near")] == ["read prato/v1/sr/org/publiacqua/near"]
    assert not [right for right in rights["publiacqua"] if right.endswith(("/works", "/sr/#", "/sr/+"))]
