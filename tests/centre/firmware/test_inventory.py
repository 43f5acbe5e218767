"""The devices of a site."""

from firmware_tools.rollout.device import DeviceName, KnownDevice
from gateway.centre.firmware.inventory import Inventory
from gateway.model.messages import AlarmText, FirmwareAnswer, FirmwareIdentification
from gateway.model.stream import Place, Schema, Stream, canonical_fields, hash_of, pack_document
from gateway.model.topics import GatewayId, GatewayTopic

ME = GatewayId("prato", "citelum", "gw-1")
NAME = DeviceName("citelum", "gw-1", "relay-7")
DOCUMENT = Schema(
    (Stream("pl-1", "relay-7", "wirenboard_mr6c", "relay", canonical_fields("relay"), 60.0, place=Place(lat=43.8, lon=11.1)),)
).document()
TOPIC = GatewayTopic(ME, "schema", hash_of(DOCUMENT))


def described() -> Inventory:
    inventory = Inventory()
    inventory.hear_schema(TOPIC, pack_document(DOCUMENT), 0.0)
    return inventory


def test_a_device_is_known_from_the_streams_of_its_gateway() -> None:
    inventory = described()
    assert inventory.devices == {NAME: KnownDevice(NAME, "wirenboard_mr6c", 43.8, 11.1)}
    inventory.changed.clear()
    inventory.hear_schema(TOPIC, DOCUMENT, 0.0)
    inventory.hear_schema(TOPIC, b"", 0.0)
    assert not inventory.changed


def test_damaged_documents_describe_nothing() -> None:
    inventory = Inventory()
    inventory.hear_schema(GatewayTopic(ME, "schema", b"01234567"), b"{}", 0.0)
    assert inventory.devices == {}


def test_what_a_device_says_is_remembered_also_over_a_restart() -> None:
    inventory = described()
    inventory.hear_version(NAME, "1.23.0")
    assert inventory.devices[NAME].version == "1.23.0"
    inventory.hear_answer(NAME, FirmwareAnswer("q1-0", "succeeded", found=FirmwareIdentification("bus", 440.0, "WBMR6C", "6c", "1.24.0")))
    assert inventory.devices[NAME] == KnownDevice(NAME, "wirenboard_mr6c", 43.8, 11.1, None, "bus", 440.0, "WBMR6C", "6c", "1.24.0")
    inventory.hear_answer(NAME, FirmwareAnswer("r1-0-1", "succeeded", found=FirmwareIdentification("", 0.0, "WBMR6C", "6c", "1.26.0")))
    found = inventory.devices[NAME]
    assert (found.line, found.bytes_per_s, found.version) == ("bus", 440.0, "1.26.0")
    again = Inventory([found])
    again.hear_schema(TOPIC, DOCUMENT, 0.0)
    assert again.devices == {NAME: found}


def test_why_a_device_can_not_be_asked_is_remembered_until_it_can() -> None:
    inventory = described()
    inventory.hear_answer(NAME, FirmwareAnswer("q1-0", "refused", "no_driver", "no driver", "nessun driver"))
    assert inventory.devices[NAME].refused == AlarmText("no driver", "nessun driver")
    inventory.hear_answer(NAME, FirmwareAnswer("q2-0", "succeeded", found=FirmwareIdentification("bus", 440.0)))
    assert inventory.devices[NAME].refused is None
    inventory.hear_answer(DeviceName("x", "y", "z"), FirmwareAnswer("q2-0", "succeeded"))
    assert len(inventory.devices) == 1
