import json

import msgspec

from gateway.provision.findings import Found
from gateway.provision.scan.events import ScanEnd, ScanEvent


def test_an_event_has_one_key_that_says_what_it_is() -> None:
    found = json.loads(msgspec.json.encode(ScanEvent(found=Found(unit=3, settings=None))))
    end = json.loads(msgspec.json.encode(ScanEvent(end=ScanEnd(complete=True, devices=1))))
    assert list(found) == ["found"]
    assert list(end) == ["end"]


def test_events_come_back_from_json_as_they_were() -> None:
    event = ScanEvent(end=ScanEnd(complete=False, devices=0, problem="gone"))
    assert msgspec.json.decode(msgspec.json.encode(event), type=ScanEvent) == event
