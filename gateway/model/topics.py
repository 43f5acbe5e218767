"""MQTT topics of uplink protocol v1, built and parsed here and nowhere else.

Every level is `[a-z0-9-]`; measurements keep their canonical name with `_`, which MQTT allows. Operator and gateway of a
message are taken from its topic alone, never from its content.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

LEVEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
"""One name in a topic: a site, an operator, a gateway, an asset."""

GatewayChannel = Literal["state", "data", "receipt", "ask", "time"]

_GATEWAY = re.compile(rf"({LEVEL})/v1/({LEVEL})/gw/({LEVEL})/(state|data|receipt|ask|time|schema/([0-9a-f]{{16}}))")
_WORKER = re.compile(rf"({LEVEL})/v1/centre/({LEVEL})/state")
_CITY = re.compile(rf"({LEVEL})/v1/({LEVEL})/city/([a-z][a-z0-9_]*)/({LEVEL})")


_LONGEST, _KEPT = 256, 16_384
"""The same topics come again and again, and none of a gateway is longer."""


class GatewayId(NamedTuple):
    """Who sent: one gateway of one operator in one site."""

    site: str
    operator: str
    gateway: str

    def topic(self, channel: GatewayChannel) -> str:
        """Give the topic of one of the gateway's channels."""
        return f"{self.site}/v1/{self.operator}/gw/{self.gateway}/{channel}"

    def schema_topic(self, schema: bytes) -> str:
        """Give the topic of a schema document, by its 8-byte hash."""
        return f"{self.site}/v1/{self.operator}/gw/{self.gateway}/schema/{schema.hex()}"


class GatewayTopic(NamedTuple):
    """A topic of a gateway, taken apart; `schema` is the document's hash on a schema topic, else None."""

    sender: GatewayId
    channel: str
    schema: bytes | None


class CityTopic(NamedTuple):
    """A topic of the city plane, taken apart."""

    site: str
    operator: str
    measurement: str
    asset: str


def parse_gateway(topic: str) -> GatewayTopic | None:
    """Take a gateway's topic apart; None for any other topic."""
    return _parsed_gateway(topic) if len(topic) <= _LONGEST else None


@lru_cache(_KEPT)
def _parsed_gateway(topic: str) -> GatewayTopic | None:
    match = _GATEWAY.fullmatch(topic)
    if match is None:
        return None
    site, operator, gateway, channel, schema = match.groups()
    return GatewayTopic(GatewayId(site, operator, gateway), channel.split("/")[0], bytes.fromhex(schema) if schema else None)


def worker_state(site: str, worker: str) -> str:
    """Give the retained state topic of one worker of the centre."""
    return f"{site}/v1/centre/{worker}/state"


def parse_worker(topic: str) -> str | None:
    """Give the worker's name from its state topic; None for any other topic."""
    match = _WORKER.fullmatch(topic)
    return match[2] if match else None


def city(site: str, operator: str, measurement: str, asset: str) -> str:
    """Give the retained city topic of an asset's measurement."""
    return f"{site}/v1/{operator}/city/{measurement}/{asset}"


def parse_city(topic: str) -> CityTopic | None:
    """Take a city topic apart; None for any other topic."""
    match = _CITY.fullmatch(topic)
    return CityTopic(*match.groups()) if match else None


def every_gateway(site: str, channel: Literal["state", "data", "time", "schema/+"], operator: str = "+") -> str:
    """Give the filter that matches one channel of every gateway of a site, or of one operator there."""
    return f"{site}/v1/{operator}/gw/+/{channel}"


def every_worker(site: str) -> str:
    """Give the filter that matches the state of every worker of the centre."""
    return f"{site}/v1/centre/+/state"


def every_asset(site: str, operator: str = "+") -> str:
    """Give the filter that matches the whole city plane of a site, or of one operator there."""
    return f"{site}/v1/{operator}/city/+/+"
