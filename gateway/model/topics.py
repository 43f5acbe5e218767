"""The MQTT topics of uplink protocol v1, built and parsed only here.

Levels consist of `[a-z0-9-]`, except measurements, whose canonical names contain `_`. The operator and gateway of a message are those in
its topic, never those in its content.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

LEVEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
"""The form of a topic's level: a site, an operator, a gateway, an asset, a device."""

ALARM = "alarm"
"""Stands for a measurement in the topics of alarms on the city plane."""

LONGEST_NAME = 64

NAME = rf"[a-z][a-z0-9_]{{0,{LONGEST_NAME - 1}}}"
"""The form of the name of a profile, a measurement, a field or a tag."""

LABEL = r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\\]{1,128}"
"""The form of a tag's value: no control characters and no line breaks, and no backslash, which line protocol can't escape at the end."""

UNIT = r"[!-~]{1,64}"
"""The form of a unit: UCUM codes are printable ASCII without spaces."""


def whole(form: str) -> str:
    """Return the pattern of texts that have a form from the beginning to the end; `$` would accept a line break behind it."""
    return rf"^(?:{form})\Z"


GatewayChannel = Literal[
    "state", "data", "receipt", "ask", "time", "renewal", "certificate", "report", "configure", "configured", "fetch", "piece"
]

DeviceChannel = Literal["cmd", "ack"]

_CHANNELS = "state|data|receipt|ask|time|renewal|certificate|report|configure|configured|fetch|piece|schema/([0-9a-f]{16})"
_GATEWAY = re.compile(rf"({LEVEL})/v1/({LEVEL})/gw/({LEVEL})/({_CHANNELS})")
_WORKER = re.compile(rf"({LEVEL})/v1/centre/({LEVEL})/state")
_DEVICE = re.compile(rf"({LEVEL})/v1/({LEVEL})/gw/({LEVEL})/(cmd|ack)/({LEVEL})")
_CITY = re.compile(rf"({LEVEL})/v1/({LEVEL})/city/({NAME})/({LEVEL})")


_SITUATION = re.compile(rf"({LEVEL})/v1/sr/(?:public|org/({LEVEL}))/({LEVEL})/({LEVEL})")
_REQUEST = re.compile(rf"({LEVEL})/v1/sr/org/({LEVEL})/request")

_LONGEST, _KEPT = 256, 16_384
"""The same topics are received again and again, and no topic of a gateway is longer."""


class GatewayId(NamedTuple):
    """One gateway of one operator in one site."""

    site: str
    operator: str
    gateway: str

    @property
    def user(self) -> str:
        """The gateway's user at the broker, which is also its client id and the common name of its certificate."""
        return f"{self.site}-{self.operator}-{self.gateway}"

    def topic(self, channel: GatewayChannel) -> str:
        """Return the topic of one of the gateway's channels."""
        return f"{self.site}/v1/{self.operator}/gw/{self.gateway}/{channel}"

    def schema_topic(self, schema: bytes) -> str:
        """Return the topic of a schema document, given its 8-byte hash."""
        return f"{self.site}/v1/{self.operator}/gw/{self.gateway}/schema/{schema.hex()}"

    def device_topic(self, channel: DeviceChannel, device: str = "+") -> str:
        """Return the topic of orders about a device of the gateway, or of the answers to them; `+`: the filter for those of all."""
        return f"{self.site}/v1/{self.operator}/gw/{self.gateway}/{channel}/{device}"

    def every_schema(self) -> str:
        """Return the filter for the gateway's schema documents."""
        return f"{self.site}/v1/{self.operator}/gw/{self.gateway}/schema/+"


class GatewayTopic(NamedTuple):
    """A parsed topic of a gateway; `schema` is the hash of the document on a schema topic, else None."""

    sender: GatewayId
    channel: str
    schema: bytes | None


class DeviceTopic(NamedTuple):
    """A parsed topic of orders about a device of a gateway (`cmd`), or of the answers to them (`ack`)."""

    gateway: GatewayId
    channel: str
    device: str


class CityTopic(NamedTuple):
    """A parsed topic of the city plane."""

    site: str
    operator: str
    measurement: str
    asset: str


class SituationTopic(NamedTuple):
    """A parsed topic of a situation; `organisation` is whose inbox it is in, None for everybody's."""

    site: str
    organisation: str | None
    kind: str
    situation: str


def parse_gateway(topic: str) -> GatewayTopic | None:
    """Parse a topic of a gateway; return None for any other topic."""
    if len(topic) > _LONGEST:
        return None
    return _parsed(topic) if "/schema/" in topic else _known(topic)


@lru_cache(_KEPT)
def _known(topic: str) -> GatewayTopic | None:
    """Parse a topic that comes again and again. One of a schema document comes rarely, and a gateway may publish on any number of them."""
    return _parsed(topic)


def _parsed(topic: str) -> GatewayTopic | None:
    match = _GATEWAY.fullmatch(topic)
    if match is None:
        return None
    site, operator, gateway, channel, schema = match.groups()
    return GatewayTopic(GatewayId(site, operator, gateway), channel.split("/")[0], bytes.fromhex(schema) if schema else None)


def parse_device(topic: str) -> DeviceTopic | None:
    """Parse a topic of orders about a device, or of the answers to them; return None for any other topic."""
    match = _DEVICE.fullmatch(topic)
    return DeviceTopic(GatewayId(match[1], match[2], match[3]), match[4], match[5]) if match else None


def is_schema(topic: str) -> bool:
    """Return whether a topic is one of those for schema documents, also if its name is no hash: a gateway may publish on all of them."""
    return topic.rpartition("/")[0].endswith("/schema")


def worker_state(site: str, worker: str) -> str:
    """Return the topic of the retained state of a worker of the centre."""
    return f"{site}/v1/centre/{worker}/state"


def parse_worker(topic: str) -> str | None:
    """Return the name of a worker from its state topic, or None for any other topic."""
    match = _WORKER.fullmatch(topic)
    return match[2] if match else None


def city(site: str, operator: str, measurement: str, asset: str) -> str:
    """Return the city topic of a measurement of an asset."""
    return f"{site}/v1/{operator}/city/{measurement}/{asset}"


def parse_city(topic: str) -> CityTopic | None:
    """Parse a topic of the values of the city plane; return None for any other topic."""
    match = _CITY.fullmatch(topic)
    return CityTopic(*match.groups()) if match and match[3] != ALARM else None


def alarm(site: str, operator: str, asset: str) -> str:
    """Return the topic of the alarms of an asset, a gateway, or a worker of the centre."""
    return city(site, operator, ALARM, asset)


def parse_alarm(topic: str) -> CityTopic | None:
    """Parse a topic of alarms; return None for any other topic."""
    match = _CITY.fullmatch(topic)
    return CityTopic(*match.groups()) if match and match[3] == ALARM else None


def every_alarm(site: str, operator: str = "+") -> str:
    """Return the filter for the alarms of a site, or only of one operator's."""
    return f"{site}/v1/{operator}/city/{ALARM}/+"


def every_gateway(site: str, channel: GatewayChannel | Literal["schema/+"], operator: str = "+") -> str:
    """Return the filter for one channel of every gateway of a site, or only of one operator's."""
    return f"{site}/v1/{operator}/gw/+/{channel}"


def every_device(site: str, channel: DeviceChannel, operator: str = "+") -> str:
    """Return the filter for the orders about every device of a site (`cmd`), or the answers to them (`ack`), or only of one operator's."""
    return f"{site}/v1/{operator}/gw/+/{channel}/+"


def every_worker(site: str) -> str:
    """Return the filter for the state of every worker of the centre."""
    return f"{site}/v1/centre/+/state"


def every_asset(site: str, operator: str = "+") -> str:
    """Return the filter for the city plane of a site, or only of one operator's."""
    return f"{site}/v1/{operator}/city/+/+"


def situation(site: str, organisation: str | None, kind: str, name: str) -> str:
    """Return the topic of a situation in the inbox of an organisation, or in the public tree (None)."""
    return f"{site}/v1/sr/public/{kind}/{name}" if organisation is None else f"{site}/v1/sr/org/{organisation}/{kind}/{name}"


def parse_situation(topic: str) -> SituationTopic | None:
    """Parse a topic of a situation, or return None for any other topic."""
    match = _SITUATION.fullmatch(topic)
    return SituationTopic(match[1], match[2], match[3], match[4]) if match else None


def situation_request(site: str, organisation: str = "+") -> str:
    """Return the topic on which an organisation sends its requests to the Situation Room, or the filter for those of all."""
    return f"{site}/v1/sr/org/{organisation}/request"


def parse_situation_request(topic: str) -> str | None:
    """Return the organisation of a topic of requests, or None for any other topic."""
    match = _REQUEST.fullmatch(topic)
    return match[2] if match else None


def situation_answer(site: str, organisation: str) -> str:
    """Return the topic on which an organisation receives answers to its requests."""
    return f"{site}/v1/sr/org/{organisation}/answer"


def situation_near(site: str, organisation: str) -> str:
    """Return the topic on which an organisation is told which works come near to what it owns."""
    return f"{site}/v1/sr/org/{organisation}/near"


def every_situation(site: str, organisation: str | None, kind: str = "+") -> str:
    """Return the filter for the situations in the inbox of an organisation (`+`: of all), or in the public tree (None)."""
    return situation(site, organisation, kind, "+")


def situation_room(site: str) -> str:
    """Return the filter for everything of the Situation Room."""
    return f"{site}/v1/sr/#"


def room_works(site: str) -> str:
    """Return the topic on which the Situation Room says which works suppress alarms of the centre."""
    return f"{site}/v1/sr/works"


def rollouts(site: str) -> str:
    """Return the topic of the retained message about roll-outs of firmware."""
    return f"{site}/v1/firmware/rollouts"


def situation_mark(site: str) -> str:
    """Return the topic on which the Situation Room finds out that it has received everything before."""
    return f"{site}/v1/sr/mark"
