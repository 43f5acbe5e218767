"""The published contract: generated from the code, valid by its own specification, and matched by the messages."""

import json
import warnings
from pathlib import Path

import jsonschema
import msgspec
import pytest

from gateway.model import topics
from gateway.model.contract import CHANNELS, VERSION, TopicChannel, asyncapi, message_schema
from gateway.model.messages import (
    AlarmEntry,
    AlarmMessage,
    AlarmText,
    Ask,
    CityMessage,
    CityPoint,
    CityReading,
    CityValue,
    ConfigurationOrder,
    ConfigurationOutcome,
    FileRequest,
    FirmwareAnswer,
    FirmwareIdentification,
    FirmwareOrder,
    GatewayState,
    Receipt,
    Refusal,
    RenewalRequest,
    RenewedCertificate,
    RolledOutFirmware,
    RolloutsMessage,
    RolloutStatus,
    RolloutWave,
    SignedReport,
    TimeAnswer,
    TimeQuestion,
    WorkerState,
)
from gateway.model.topics import GatewayId
from tests.provision.report.reports import report

PUBLISHED = Path(__file__).parents[2] / "docs" / "contract"
JSON_CHANNELS = [channel for channel in CHANNELS if channel.message is not None]


def test_the_published_contract_is_the_generated_one() -> None:
    for channel in JSON_CHANNELS:
        published = json.loads((PUBLISHED / f"{channel.name}.schema.json").read_text())
        assert published == json.loads(msgspec.json.encode(message_schema(channel))), "run 'make contract'"
    assert {path.name for path in PUBLISHED.iterdir()} == {
        "asyncapi.json",
        "openapi.json",
        "situation.schema.json",
        "situationRequest.schema.json",
        "situationAnswer.schema.json",
        "situationNear.schema.json",
        *(f"{channel.name}.schema.json" for channel in JSON_CHANNELS),
    }


def test_the_asyncapi_document_is_valid_in_version_3() -> None:
    with warnings.catch_warnings(action="ignore"):
        from asyncapi3 import AsyncAPI3  # warns of its own names
    document = AsyncAPI3.model_validate(json.loads(msgspec.json.encode(asyncapi())))
    assert document.asyncapi == "3.0.0"
    assert VERSION.startswith("1."), "as the topics say"


def test_every_reference_of_the_asyncapi_document_exists() -> None:
    document = json.loads(msgspec.json.encode(asyncapi()))

    def look(part: object) -> None:
        if isinstance(part, dict):
            if "$ref" in part:
                at: object = document
                for step in str(part["$ref"]).removeprefix("#/").split("/"):
                    assert isinstance(at, dict)
                    at = at[step]
            for value in part.values():
                look(value)
        elif isinstance(part, list):
            for value in part:
                look(value)

    look(document)


@pytest.mark.parametrize("channel", JSON_CHANNELS, ids=lambda channel: channel.name)
def test_every_schema_is_a_json_schema(channel: TopicChannel) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(msgspec.json.encode(message_schema(channel))))


def test_the_addresses_are_those_of_the_topics() -> None:
    me = GatewayId("s", "o", "g")
    names = {
        "site": "s",
        "operator": "o",
        "gateway": "g",
        "worker": "w",
        "asset": "a",
        "measurement": "lamp",
        "hash": b"12345678".hex(),
        "device": "d",
    }
    made = {channel.name: channel.address.format(**names) for channel in CHANNELS}
    assert made == {
        "city": topics.city("s", "o", "lamp", "a"), "alarm": topics.alarm("s", "o", "a"), "gatewayState": me.topic("state"), "workerState": topics.worker_state("s", "w"),
        "streams": me.schema_topic(b"12345678"), "data": me.topic("data"), "receipt": me.topic("receipt"), "ask": me.topic("ask"), "time": me.topic("time"),
        "renewal": me.topic("renewal"), "certificate": me.topic("certificate"),
        "configure": me.topic("configure"), "configured": me.topic("configured"), "report": me.topic("report"),
        "firmwareOrder": me.device_topic("cmd", "d"), "firmwareAnswer": me.device_topic("ack", "d"),
        "fileRequest": me.topic("fetch"), "piece": me.topic("piece"),
        "rollouts": topics.rollouts("s"),
    }  # fmt: skip


EXAMPLES = {
    "city": CityMessage(1, "a", "lamp", "o", "g", [CityReading("d", "2026-11-23T02:15:20.000Z", 10.0, {"dim_level": CityValue("Good", 70, "%")}, {"lane": "1"})],
                        "2026-11-23T02:15:20.000Z", "Lamp", CityPoint((11.1, 43.9)), 60.0),
    "alarm": AlarmMessage(1, "a", "o", [AlarmEntry("disk_full", 3, "acknowledged", "2026-11-23T02:15:20.000Z", AlarmText("x", "y"), AlarmText("x", "y"), "p", "d", "me")]),
    "gatewayState": GatewayState("online", "00", "boot", "0.1", "synced"), "workerState": WorkerState("online", "00"),
    "receipt": Receipt("00", [(0, 3)], [Refusal(4, "why")], [Refusal(5, "why")], [Refusal(6, "why")]),
    "ask": Ask("00", 1, 2, TimeAnswer(1, 2), renew=True), "time": TimeQuestion(5),
    "renewal": RenewalRequest("-----BEGIN", b"signature"), "certificate": RenewedCertificate("-----BEGIN"),
    "configure": ConfigurationOrder(1, "apply", b"text", b"signature"), "configured": ConfigurationOutcome(1, "undone", "the uplink did not work"),
    "firmwareOrder": FirmwareOrder("r1-3-1", "update", 1, 2, "wb/mr6c/1.24.0.wbfw", "0" * 64),
    "firmwareAnswer": FirmwareAnswer("r1-3-1", "failed", "power", "en", "it", True, 1, 2, FirmwareIdentification("line", 100.0, "MR6C", "1", "1.24.0", "1.4", True)),
    "fileRequest": FileRequest(1, "metadata/timestamp.json", 0, 16384),
    "rollouts": RolloutsMessage(1, [RolloutStatus("r1", RolledOutFirmware("t", "m", "1"), "stopped", "me", "2026-11-23T02:15:20Z", "2026-11-23T02:15:20Z", ["o"], 0, [RolloutWave(3, {"failed": 1})], {"failed": 1}, AlarmText("en", "it"), "2026-11-23T02:15:20Z")]),
    "report": SignedReport(report(), "-----BEGIN", b"signature"),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_complete_messages_are_valid_and_values_of_a_wrong_type_are_not(name: str) -> None:
    (channel,) = (one for one in CHANNELS if one.name == name)
    schema = json.loads(msgspec.json.encode(message_schema(channel)))
    message = json.loads(msgspec.json.encode(EXAMPLES[name]))
    jsonschema.validate(message, schema)
    for key in message:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(message | {key: object()}, schema)
