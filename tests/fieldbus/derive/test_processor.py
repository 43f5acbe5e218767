"""The processing of a device's readings as a whole."""

import msgspec

from gateway.fieldbus.derive.processor import Processor, ProcessorState
from gateway.model.profile import Measurement, Point
from tests.fieldbus.derive.devices import T0_MS, bound, meter, profile, reading


def test_readings_of_a_device_without_rules_pass_unchanged() -> None:
    device = bound(
        profile(
            [Point(name="v", input=0, type="uint16", unit="V")], [Measurement(measurement="lighting_meter", fields={"voltage_l1": "v"})]
        )
    )
    processor = Processor(device)
    readings = [reading(1, 230)]
    assert processor.process(readings) is readings
    assert [one.measurement for one in processor.streams] == ["lighting_meter", "event"]


def test_the_state_survives_its_file() -> None:
    processor = Processor(bound(meter(), meter="sn-1"))
    assert processor.changed_state() is None
    processor.process([reading(T0_MS + 5000, 1000)])
    state = processor.changed_state()
    assert state is not None
    assert processor.changed_state() is None
    assert msgspec.json.decode(msgspec.json.encode(state), type=ProcessorState) == state
