"""Whether a device looks like the product of its profile: its codes and what its values can be."""

from decimal import Decimal

import pytest

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.derive.processor import Processor
from gateway.fieldbus.derive.recognition import identifies, matches
from gateway.model.batch import Value
from gateway.model.profile import AlarmRule, Identity, Measurement, Point, Profile
from gateway.model.quality import Quality
from gateway.model.reading import Reading
from tests.fieldbus.derive.devices import bound, profile, reading
from tests.profiles.library import LIBRARY

FIELDS = {"voltage_l1": "volts"}
VOLTS = Point(name="volts", input=0, type="int32", scale=Decimal("0.1"), unit="V")


def metered(*extra: Point, volts: Point = VOLTS, **more: object) -> Profile:
    return profile([volts, *extra], [Measurement(measurement="lighting_meter", fields=FIELDS)], **more)


def coded(**identity: object) -> BoundDevice:
    code = Point(name="code", input=9, type="uint16")
    return bound(metered(code, identify=[Identity(point="code", **identity), Identity(point="volts", between=[Decimal(50), Decimal(300)])]))  # type: ignore[arg-type]


def impossible(t_ms: int) -> Reading:
    return reading(t_ms, None, quality={0: int(Quality.BadOutOfRange)})


def told(processor: Processor, *polls: list[Reading]) -> list[list[object]]:
    """Process polls; return what the events say: the time, whether active, and the English text."""
    rows = [row for poll in polls for row in processor.process(poll) if processor.streams[row.stream].measurement == "event"]
    assert all(row.values[0] == "wrong_device" for row in rows)
    return [[row.t_ms, row.values[1], row.values[2]] for row in rows]


def test_values_that_are_impossible_three_times_in_a_row_are_an_alarm_until_they_are_possible_again() -> None:
    processor = Processor(bound(metered()))
    text = "does not look like a v m: the value of volts is impossible; 'gateway profiles try' tests other profiles"
    assert told(processor, [impossible(1)], [impossible(2)], [reading(3, 2300)], [impossible(4)], [impossible(5)]) == []
    assert processor.doubt is not None
    assert processor.doubt.en == text
    assert told(processor, [impossible(6)], [impossible(7)]) == [[6, True, text]]
    silence = reading(8, None, quality={0: int(Quality.BadTimeout)})
    assert told(processor, [silence], [reading(9, 2300)], [reading(10, 2300)]) == [[9, False, text]]
    assert processor.doubt is None


def test_a_value_beyond_the_limits_of_its_own_profile_says_nothing_about_the_product() -> None:
    limited = Point(name="volts", input=0, type="int32", unit="V", min=Decimal(0), max=Decimal(260))
    processor = Processor(bound(metered(volts=limited)))
    assert told(processor, *([impossible(t_ms)] for t_ms in range(9))) == []


def test_a_code_of_another_product_is_an_alarm_and_one_that_was_not_read_is_none() -> None:
    device = coded(one_of=[7])
    processor = Processor(device)
    codes = device.streams[1]
    assert (codes.stream.measurement, codes.stream.every_s, codes.stream.tags) == ("event", 60.0, {"source": "identity"})
    assert processor.streams == tuple(one.stream for one in device.streams)
    unread = Reading(1, 1, [None], {0: int(Quality.BadConfigurationError)})
    assert told(processor, *[[reading(1, 0), unread]] * 9) == []
    told_now = told(processor, *([reading(t_ms, 0), reading(t_ms, 8, stream=1)] for t_ms in range(60, 300, 60)))
    assert told_now == [[120, True, "does not look like a v m: code is 8; 'gateway profiles try' tests other profiles"]]
    assert [row[:2] for row in told(processor, [reading(300, 0)], [reading(360, 7, stream=1)])] == [[360, False]]


def test_a_device_with_its_code_passes_unchanged_and_its_code_is_not_recorded() -> None:
    processor = Processor(coded(between=[3, 9], but_not=[5]))
    volts = reading(60, 2300)
    assert list(processor.process([volts, reading(60, 7, stream=1)])) == [volts]


def test_the_alarm_outlasts_a_restart_until_something_speaks_for_the_product() -> None:
    first = Processor(bound(metered()))
    told(first, *([impossible(t_ms)] for t_ms in range(3)))
    state = first.changed_state()
    assert state is not None
    assert state.active == ["a/wrong_device"]
    again = Processor(bound(metered()), state)
    assert told(again, [reading(8, None, quality={0: int(Quality.BadTimeout)})]) == []
    assert [row[:2] for row in told(again, [reading(9, 2300)])] == [[9, False]]


def test_the_event_is_in_the_stream_of_the_devices_other_alarms_where_there_are_any() -> None:
    alarm = AlarmRule(alarm="high", point="volts", above=Decimal(250), en="high", it="alta")
    processor = Processor(bound(metered(alarms=[alarm])))
    assert [stream.measurement for stream in processor.streams] == ["lighting_meter", "event"]
    assert [row[0] for row in told(processor, *([impossible(t_ms)] for t_ms in range(4)))] == [2]


@pytest.mark.parametrize("name", LIBRARY.names)
def test_no_series_of_events_is_used_by_two_streams(name: str) -> None:
    one = LIBRARY.get(name)
    device = bound(one, channels={0: "c-1", 1: "c-2"} if one.channels else {})
    series = [
        (stream.asset, stream.measurement, *sorted(stream.tags.items()))
        for stream in Processor(device).streams
        if stream.measurement == "event"
    ]
    assert len(series) == len(set(series))


def test_texts_match_regardless_of_case_and_blanks() -> None:
    assert matches(["WB-LED"], " wb-led ")
    assert matches([7], 7)
    assert not matches([7], None)
    assert not matches(["7"], 7)


@pytest.mark.parametrize(
    ("identity", "value", "identified"),
    [
        (Identity(point="p", one_of=[330, 340]), 340, True),
        (Identity(point="p", one_of=[330, 340]), 345, False),
        (Identity(point="p", between=[Decimal(71), Decimal(73)]), 72.0, True),
        (Identity(point="p", between=[Decimal(71), Decimal(73)]), "72", False),
        (Identity(point="p", between=[Decimal(0), Decimal(1)]), True, False),
        (Identity(point="p", contains="WB-"), "my wb-led", True),
        (Identity(point="p", between=[Decimal(0), Decimal(9)], but_not=[5]), 5, False),
        (Identity(point="p", contains="x"), None, False),
    ],
)
def test_a_value_identifies_the_product_only_if_every_condition_holds(identity: Identity, value: Value, identified: bool) -> None:
    assert identifies(identity, value) is identified
