"""The contract of the MQTT topics as JSON Schemas and as an AsyncAPI 3 document, generated from the types of the messages.

AsyncAPI 3.0.0 (asyncapi.com/docs/reference/specification/v3.0.0); its schemas are JSON Schema. Readers must ignore
keys that they do not know, so that later versions can add keys to a message.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from gateway.model.canonical import INTERNAL, MEASUREMENTS
from gateway.model.messages import (
    AlarmMessage,
    Ask,
    CityMessage,
    ConfigurationOrder,
    ConfigurationOutcome,
    FileRequest,
    FirmwareAnswer,
    FirmwareOrder,
    GatewayState,
    Receipt,
    RenewalRequest,
    RenewedCertificate,
    RolloutsMessage,
    SignedReport,
    TimeQuestion,
    WorkerState,
)
from gateway.model.stream import SchemaDocument
from gateway.model.topics import LEVEL

VERSION = "1.5.0"
"""The version of the contract, not of the program. The first number is the one in every topic."""


class TopicChannel(NamedTuple):
    """A kind of topic: its messages, who sends them, whether the broker retains them."""

    name: str
    address: str
    message: type[msgspec.Struct] | None
    sender: Literal["gateway", "centre", "organisation"]
    retained: bool
    description: str


_GATEWAY = "{site}/v1/{operator}/gw/{gateway}"
CHANNELS = (
    TopicChannel(
        "city",
        "{site}/v1/{operator}/city/{measurement}/{asset}",
        CityMessage,
        "centre",
        retained=True,
        description="The latest readings of one asset, for people and other systems.",
    ),
    TopicChannel(
        "alarm",
        "{site}/v1/{operator}/city/alarm/{asset}",
        AlarmMessage,
        "centre",
        retained=True,
        description="The alarms of one asset, gateway or worker of the centre; there is a message as long as there are any.",
    ),
    TopicChannel(
        "gatewayState",
        f"{_GATEWAY}/state",
        GatewayState,
        "gateway",
        retained=True,
        description="Whether a gateway is online; its will is the state offline.",
    ),
    TopicChannel(
        "workerState",
        "{site}/v1/centre/{worker}/state",
        WorkerState,
        "centre",
        retained=True,
        description="Whether a worker of the centre is online; its will is the state offline.",
    ),
    TopicChannel(
        "streams",
        f"{_GATEWAY}/schema/{{hash}}",
        SchemaDocument,
        "gateway",
        retained=True,
        description="The schema document of a gateway's batches: what its rows mean. Long documents are compressed with zstd.",
    ),
    TopicChannel(
        "data",
        f"{_GATEWAY}/data",
        None,
        "gateway",
        retained=False,
        description="A batch: msgpack compressed with zstd, as docs/protocol.md shows byte by byte.",
    ),
    TopicChannel(
        "receipt",
        f"{_GATEWAY}/receipt",
        Receipt,
        "centre",
        retained=False,
        description="Which batches the centre stored, needs again, or rejected.",
    ),
    TopicChannel(
        "ask",
        f"{_GATEWAY}/ask",
        Ask,
        "centre",
        retained=False,
        description="A request of the centre to a gateway, or the time that a gateway asked for.",
    ),
    TopicChannel(
        "time",
        f"{_GATEWAY}/time",
        TimeQuestion,
        "gateway",
        retained=False,
        description="A request for the time, of a gateway without a trusted clock.",
    ),
    TopicChannel(
        "renewal",
        f"{_GATEWAY}/renewal",
        RenewalRequest,
        "gateway",
        retained=False,
        description="A request for a new certificate, signed with the key of the present one.",
    ),
    TopicChannel(
        "certificate",
        f"{_GATEWAY}/certificate",
        RenewedCertificate,
        "centre",
        retained=False,
        description="The certificate that a gateway has requested.",
    ),
    TopicChannel(
        "configure",
        f"{_GATEWAY}/configure",
        ConfigurationOrder,
        "centre",
        retained=False,
        description="A configuration for a gateway, signed by the site's authority.",
    ),
    TopicChannel(
        "configured",
        f"{_GATEWAY}/configured",
        ConfigurationOutcome,
        "gateway",
        retained=False,
        description="What became of a configuration that the centre has sent.",
    ),
    TopicChannel(
        "firmwareOrder",
        f"{_GATEWAY}/cmd/{{device}}",
        FirmwareOrder,
        "centre",
        retained=False,
        description="An order about the firmware of a device: to inspect it, to update it, or to cancel an order.",
    ),
    TopicChannel(
        "firmwareAnswer",
        f"{_GATEWAY}/ack/{{device}}",
        FirmwareAnswer,
        "gateway",
        retained=False,
        description="What has become of an order about the firmware of a device.",
    ),
    TopicChannel(
        "fileRequest",
        f"{_GATEWAY}/fetch",
        FileRequest,
        "gateway",
        retained=False,
        description="A request for a piece of a file of the repository of signed firmware.",
    ),
    TopicChannel(
        "piece",
        f"{_GATEWAY}/piece",
        None,
        "centre",
        retained=False,
        description="A piece of a file of the repository: a header of 22 bytes and what was asked for, as docs/protocol.md shows.",
    ),
    TopicChannel(
        "rollouts",
        "{site}/v1/firmware/rollouts",
        RolloutsMessage,
        "centre",
        retained=True,
        description="The roll-outs of firmware: those that have not ended, and the newest that have.",
    ),
    TopicChannel(
        "report",
        f"{_GATEWAY}/report",
        SignedReport,
        "gateway",
        retained=True,
        description="The newest report of a gateway's installation, signed with its key. Long ones are compressed with zstd.",
    ),
)

_PARAMETERS: dict[str, dict[str, Any]] = {
    "site": {"description": "One deployment, e.g. a city."},
    "operator": {"description": "The organisation that owns gateways and assets."},
    "gateway": {"description": "One edge computer."},
    "worker": {"description": "One worker of the centre."},
    "device": {"description": "A device of a gateway."},
    "asset": {"description": "The city's own name for a panel, a pole or a crossing."},
    "measurement": {"description": "What is measured.", "enum": sorted(set(MEASUREMENTS) - INTERNAL)},
    "hash": {"description": "The BLAKE2b hash of the document: 8 bytes in hexadecimal."},
    "organisation": {"description": "An organisation of the Situation Room."},
    "kind": {"description": "What a situation is about."},
    "situation": {"description": "The identifier of a situation."},
}
"""The levels of topics; all except `measurement` and `hash` match LEVEL."""


def message_schema(channel: TopicChannel) -> dict[str, Any]:
    """Return the self-contained JSON Schema of a channel's messages.

    Raises:
        ValueError: They are not JSON.
    """
    if channel.message is None:
        raise ValueError(f"messages of {channel.name} are not JSON")
    schema = standard_patterns(msgspec.json.schema(channel.message))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": channel.description, **schema}


def standard_patterns(part: Any) -> Any:  # noqa: ANN401 — any part of a JSON document
    """Return a JSON Schema with its patterns in the form that it demands, that of ECMA: their end is `$`."""
    if isinstance(part, dict):
        return {
            key: _ecma(value) if key == "pattern" and isinstance(value, str) else standard_patterns(value) for key, value in part.items()
        }
    return [standard_patterns(one) for one in part] if isinstance(part, list) else part


def _ecma(pattern: str) -> str:
    return pattern.removesuffix(r"\Z") + "$" if pattern.endswith(r"\Z") else pattern


def asyncapi(channels: Sequence[TopicChannel] = CHANNELS) -> dict[str, Any]:
    """Return the AsyncAPI document of topics, from the point of view of the centre."""
    types = list(dict.fromkeys(channel.message for channel in channels if channel.message is not None))
    _, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Street gateway",
            "version": VERSION,
            "description": "Telemetry of street-level devices over MQTT: the uplink between gateways and centre, the city plane"
            " for all authorised readers, and the Situation Room of organisations."
            f" Topic levels match `{LEVEL}`; measurements can contain `_`. Ignore unknown keys: later versions can add some.",
            "license": {"name": "EUPL-1.2"},
        },
        "defaultContentType": "application/json",
        "channels": {channel.name: _channel(channel) for channel in channels},
        "operations": {f"{_action(channel)}_{channel.name}": _operation(channel) for channel in channels},
        "components": {"schemas": standard_patterns(components), "messages": {channel.name: _message(channel) for channel in channels}},
    }


def _channel(channel: TopicChannel) -> dict[str, Any]:
    levels = [level.strip("{}") for level in channel.address.split("/") if level.startswith("{")]
    return {
        "address": channel.address,
        "description": channel.description,
        "parameters": {level: _PARAMETERS[level] for level in levels},
        "messages": {channel.name: {"$ref": f"#/components/messages/{channel.name}"}},
    }


def _message(channel: TopicChannel) -> dict[str, Any]:
    if channel.message is None:
        return {"name": channel.name, "contentType": "application/octet-stream", "summary": channel.description}
    return {"name": channel.name, "summary": channel.description, "payload": {"$ref": f"#/components/schemas/{channel.message.__name__}"}}


def _action(channel: TopicChannel) -> str:
    return "send" if channel.sender == "centre" else "receive"


def _operation(channel: TopicChannel) -> dict[str, Any]:
    return {
        "action": _action(channel),
        "channel": {"$ref": f"#/channels/{channel.name}"},
        "messages": [{"$ref": f"#/channels/{channel.name}/messages/{channel.name}"}],
        "bindings": {"mqtt": {"qos": 1, "retain": channel.retained, "bindingVersion": "0.2.0"}},
    }
