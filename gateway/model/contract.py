"""The contract with whoever reads or writes the topics, as JSON Schemas and as an AsyncAPI 3 document, made of the messages' own types.

AsyncAPI 3.0.0 (asyncapi.com/docs/reference/specification/v3.0.0); its schemas are JSON Schema. What an application may add to a message
later breaks nobody who leaves alone what he does not know: that is what the contract asks of its readers.
"""

from typing import Any, Literal, NamedTuple

import msgspec

from gateway.model.canonical import INTERNAL, MEASUREMENTS
from gateway.model.messages import Ask, CityMessage, GatewayState, Receipt, TimeQuestion, WorkerState
from gateway.model.stream import SchemaDocument
from gateway.model.topics import LEVEL

VERSION = "1.0.0"
"""Of the contract, not of the program: the first number is that in every topic."""


class TopicChannel(NamedTuple):
    """One kind of topic: what it carries, who sends it, whether the broker retains it."""

    name: str
    address: str
    message: type[msgspec.Struct] | None
    sender: Literal["gateway", "centre"]
    retained: bool
    says: str


_GATEWAY = "{site}/v1/{operator}/gw/{gateway}"
CHANNELS = (
    TopicChannel(
        "city",
        "{site}/v1/{operator}/city/{measurement}/{asset}",
        CityMessage,
        "centre",
        retained=True,
        says="The latest of one asset, for people and utilities.",
    ),
    TopicChannel(
        "gatewayState",
        f"{_GATEWAY}/state",
        GatewayState,
        "gateway",
        retained=True,
        says="Whether a gateway is online; its will says offline.",
    ),
    TopicChannel(
        "workerState",
        "{site}/v1/centre/{worker}/state",
        WorkerState,
        "centre",
        retained=True,
        says="Whether a worker of the centre is online; its will says offline.",
    ),
    TopicChannel(
        "streams",
        f"{_GATEWAY}/schema/{{hash}}",
        SchemaDocument,
        "gateway",
        retained=True,
        says="What the rows of a gateway's batches are; zstd of it where it is long.",
    ),
    TopicChannel(
        "data",
        f"{_GATEWAY}/data",
        None,
        "gateway",
        retained=False,
        says="A batch: zstd of msgpack, as docs/protocol.md shows byte by byte.",
    ),
    TopicChannel("receipt", f"{_GATEWAY}/receipt", Receipt, "centre", retained=False, says="What became of batches."),
    TopicChannel("ask", f"{_GATEWAY}/ask", Ask, "centre", retained=False, says="What the centre wants of a gateway, or its time."),
    TopicChannel(
        "time", f"{_GATEWAY}/time", TimeQuestion, "gateway", retained=False, says="A gateway that has no clock asks for the time."
    ),
)

_PARAMETERS: dict[str, dict[str, Any]] = {
    "site": {"description": "One deployment, e.g. a city."},
    "operator": {"description": "The organisation that owns gateways and assets."},
    "gateway": {"description": "One edge computer."},
    "worker": {"description": "One worker of the centre."},
    "asset": {"description": "What the city calls the thing: a panel, a pole, a crossing."},
    "measurement": {"description": "What is measured.", "enum": sorted(set(MEASUREMENTS) - INTERNAL)},
    "hash": {"description": "BLAKE2b of the document, 8 bytes in hex."},
}
"""The levels of topics; each but `measurement` and `hash` has the form that LEVEL gives."""


def message_schema(channel: TopicChannel) -> dict[str, Any]:
    """Give the JSON Schema of a channel's messages, complete in itself.

    Raises:
        ValueError: they are no JSON.
    """
    if channel.message is None:
        raise ValueError(f"messages of {channel.name} are no JSON")
    schema = msgspec.json.schema(channel.message)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": channel.says, **schema}


def asyncapi() -> dict[str, Any]:
    """Give the AsyncAPI document of all topics, from the point of view of the centre."""
    types = [channel.message for channel in CHANNELS if channel.message is not None]
    _, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Street gateway",
            "version": VERSION,
            "description": "Telemetry of street-level devices over MQTT: the uplink between gateways and centre, and the city plane for"
            f" everybody who may read it. Levels of topics are `{LEVEL}`, measurements keep their `_`. Leave alone what you do not know:"
            " messages may get more.",
            "license": {"name": "EUPL-1.2"},
        },
        "defaultContentType": "application/json",
        "channels": {channel.name: _channel(channel) for channel in CHANNELS},
        "operations": {f"{_action(channel)}_{channel.name}": _operation(channel) for channel in CHANNELS},
        "components": {"schemas": components, "messages": {channel.name: _message(channel) for channel in CHANNELS}},
    }


def _channel(channel: TopicChannel) -> dict[str, Any]:
    levels = [level.strip("{}") for level in channel.address.split("/") if level.startswith("{")]
    return {
        "address": channel.address,
        "description": channel.says,
        "parameters": {level: _PARAMETERS[level] for level in levels},
        "messages": {channel.name: {"$ref": f"#/components/messages/{channel.name}"}},
    }


def _message(channel: TopicChannel) -> dict[str, Any]:
    if channel.message is None:
        return {"name": channel.name, "contentType": "application/octet-stream", "summary": channel.says}
    return {"name": channel.name, "summary": channel.says, "payload": {"$ref": f"#/components/schemas/{channel.message.__name__}"}}


def _action(channel: TopicChannel) -> str:
    return "send" if channel.sender == "centre" else "receive"


def _operation(channel: TopicChannel) -> dict[str, Any]:
    return {
        "action": _action(channel),
        "channel": {"$ref": f"#/channels/{channel.name}"},
        "messages": [{"$ref": f"#/channels/{channel.name}/messages/{channel.name}"}],
        "bindings": {"mqtt": {"qos": 1, "retain": channel.retained, "bindingVersion": "0.2.0"}},
    }
