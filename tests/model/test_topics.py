"""MQTT topics, built and parsed."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import topics
from gateway.model.topics import CityTopic, DeviceTopic, GatewayId

NAME = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)


@given(NAME, NAME, NAME, st.sampled_from(get_args(topics.GatewayChannel)))
def test_a_gateways_topic_is_parsed_back(site: str, operator: str, gateway: str, channel: topics.GatewayChannel) -> None:
    me = GatewayId(site, operator, gateway)
    assert topics.parse_gateway(me.topic(channel)) == (me, channel, None)


@given(NAME, NAME, NAME, st.binary(min_size=8, max_size=8))
def test_a_schema_topic_carries_its_hash(site: str, operator: str, gateway: str, document_hash: bytes) -> None:
    me = GatewayId(site, operator, gateway)
    assert topics.parse_gateway(me.schema_topic(document_hash)) == (me, "schema", document_hash)


@pytest.mark.parametrize(
    ("topic", "expected"),
    [("a/v1/b/gw/c/schema/0011223344556677", True), ("a/v1/b/gw/c/schema/x", True), ("a/v1/b/gw/c/schema/", True),
     ("a/v1/b/gw/c/data", False), ("a/v1/b/gw/c/schema", False), ("a/v1/b/gw/schema/state", True)],
)  # fmt: skip
def test_the_topics_of_schema_documents_are_known_whatever_their_names(topic: str, expected: bool) -> None:
    assert topics.is_schema(topic) is expected


def test_the_topics_are_those_of_the_protocol() -> None:
    me = GatewayId("prato", "citelum", "gw-0042")
    assert me.topic("data") == "prato/v1/citelum/gw/gw-0042/data"
    assert me.schema_topic(bytes(8)) == "prato/v1/citelum/gw/gw-0042/schema/0000000000000000"
    assert topics.worker_state("prato", "worker-1") == "prato/v1/centre/worker-1/state"
    assert topics.city("prato", "citelum", "lighting_meter", "qe-041") == "prato/v1/citelum/city/lighting_meter/qe-041"


@pytest.mark.parametrize(
    "topic",
    ["", "prato/v1/citelum/gw/gw-0042", "prato/v2/citelum/gw/gw-1/data", "prato/v1/Citelum/gw/gw-1/data", "prato/v1/a/gw/b/schema/12", "a/v1/b/gw/c/data/d",
     "a/v1/-b/gw/c/data", "a/v1/+/gw/c/data", "a/v1/b/gw/c/data\n"],
)  # fmt: skip
def test_a_topic_of_another_form_belongs_to_no_gateway(topic: str) -> None:
    assert topics.parse_gateway(topic) is None


@given(NAME, NAME, NAME)
def test_a_city_topic_is_parsed_back(site: str, operator: str, asset: str) -> None:
    assert topics.parse_city(topics.city(site, operator, "lighting_meter", asset)) == CityTopic(site, operator, "lighting_meter", asset)


@given(NAME, NAME, NAME, NAME)
def test_a_topic_of_orders_about_a_device_is_parsed_back(site: str, operator: str, gateway: str, device: str) -> None:
    me = GatewayId(site, operator, gateway)
    assert topics.parse_device(me.device_topic("cmd", device)) == DeviceTopic(me, "cmd", device)
    assert topics.parse_device(me.device_topic("ack", device)) == DeviceTopic(me, "ack", device)
    assert topics.parse_device(me.topic("report")) is None
    assert topics.parse_gateway(me.device_topic("cmd", device)) is None


@given(NAME, NAME)
def test_the_state_topic_of_a_worker_is_parsed_back(site: str, worker: str) -> None:
    assert topics.parse_worker(topics.worker_state(site, worker)) == worker


@pytest.mark.parametrize("topic", ["", "prato/v1/centre//state", "prato/v1/centre/w/state/x", "prato/v1/citelum/gw/gw-1/state"])
def test_other_topics_belong_to_no_worker_and_no_asset(topic: str) -> None:
    assert topics.parse_worker(topic) is None
    assert topics.parse_city(topic) is None


def test_filters_cover_a_site_or_one_operator() -> None:
    assert topics.every_gateway("prato", "data") == "prato/v1/+/gw/+/data"
    assert topics.every_gateway("prato", "schema/+", "citelum") == "prato/v1/citelum/gw/+/schema/+"
    assert topics.every_worker("prato") == "prato/v1/centre/+/state"
    assert topics.every_asset("prato", "citelum") == "prato/v1/citelum/city/+/+"


def test_a_very_long_topic_is_not_parsed() -> None:
    assert topics.parse_gateway("a" * 300 + "/v1/b/gw/c/data") is None


def test_the_topics_of_schema_documents_are_not_remembered() -> None:
    before = topics._known.cache_info().currsize
    for number in range(100):
        assert topics.parse_gateway(f"prato/v1/citelum/gw/gw-1/schema/{number:016x}") is not None
    assert topics._known.cache_info().currsize == before


@pytest.mark.parametrize("organisation", [None, "publiacqua"])
def test_topics_of_situations_are_parsed_as_they_are_built(organisation: str | None) -> None:
    topic = topics.situation("prato", organisation, "roadworks", "scavo-1")
    assert topics.parse_situation(topic) == ("prato", organisation, "roadworks", "scavo-1")
    for other in (topics.parse_gateway, topics.parse_city, topics.parse_alarm, topics.parse_worker, topics.parse_situation_request):
        assert other(topic) is None


def test_topics_of_requests_are_parsed_as_they_are_built() -> None:
    assert topics.parse_situation_request(topics.situation_request("prato", "cap")) == "cap"
    assert topics.parse_situation(topics.situation_request("prato", "cap")) is None


@pytest.mark.parametrize(
    "topic", ["prato/v1/sr/public/roadworks", "prato/v1/sr/org/cap/roadworks", "prato/v1/sr/org/+/request", "prato/v1/sr/public/a/b\n"]
)  # fmt: skip
def test_other_topics_of_the_room_are_neither(topic: str) -> None:
    assert topics.parse_situation(topic) is None
    assert topics.parse_situation_request(topic) is None
