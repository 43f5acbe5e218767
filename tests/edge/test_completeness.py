"""Completeness: how many of the due readings were read, and why the others were not."""

from gateway.config.profile_library import ProfileLibrary
from gateway.edge.completeness import Completeness
from gateway.fieldbus.binding.binder import bind
from gateway.model.batch import Value
from gateway.model.quality import Quality
from gateway.model.reading import Reading
from gateway.model.site.lines import DeviceSettings


def of_one_device() -> Completeness:
    profile = ProfileLibrary().get("xy_md02")
    return Completeness("gw-1", "air", bind(DeviceSettings(id="d", profile="xy_md02", asset="a", every=10.0), profile, {}))


def reading(values: list[Value], *codes: Quality) -> Reading:
    return Reading(0, 1, values, {place: int(code) for place, code in enumerate(codes)})


def test_every_reading_is_counted_once_by_what_it_contains() -> None:
    one = of_one_device()
    one.count([reading([1, 2])] * 3)
    one.count([reading([1, None], Quality.Good, Quality.BadOutOfRange)])
    one.count([reading([None, None], Quality.BadTimeout, Quality.BadTimeout)] * 2)
    one.count([reading([None, None], Quality.GoodNoData, Quality.GoodNoData)])
    one.count([reading([None, None], Quality.BadConfigurationError, Quality.BadConfigurationError)])
    names = [field.name for field in one.stream.fields]
    assert dict(zip(names, one.report(100.0), strict=True)) == {
        "expected": 10, "read": 4, "partly": 1, "silent": 2, "off": 1, "bad": 1, "missed": 2,
    }  # fmt: skip
    assert one.report(100.0) == [10, 0, 0, 0, 0, 0, 10]


def test_events_are_not_expected() -> None:
    profile = ProfileLibrary().get("intesis_ibmbsdal")
    device = bind(DeviceSettings(id="d", profile=profile.profile, channels={0: "pl-1", 1: "pl-2"}, every=30.0), profile, {})
    one = Completeness("gw-1", "dali", device)
    for number in range(len(device.streams)):
        one.count([Reading(number, 1, [1, False, False], {})])
    assert one.report(60.0)[:2] == [4, 2]


def test_no_more_readings_are_read_than_were_expected() -> None:
    """A tick at the border of two reports belongs to one of them: in 45 s, a device that is due every 10 s is read four or five times."""
    one = of_one_device()
    told = []
    for read in (5, 4, 5, 4):
        one.count([reading([1, 2])] * read)
        told.append(one.report(45.0))
    assert [(values[0], values[1], values[-1]) for values in told] == [(5, 5, 0), (4, 4, 0), (5, 5, 0), (4, 4, 0)]


def test_what_is_missing_at_a_border_is_missed_once() -> None:
    one = of_one_device()
    told = []
    for read in (4, 4, 3, 5):
        one.count([reading([1, 2])] * read)
        told.append(one.report(45.0))
    assert [(values[0], values[1]) for values in told] == [(4, 4), (5, 4), (4, 3), (5, 5)]


def test_readings_that_were_not_due_make_up_for_few_that_are_missing_later() -> None:
    one = of_one_device()
    one.count([reading([1, 2])] * 100)
    assert one.report(100.0)[:2] == [100, 100]
    assert one.report(100.0)[:2] == [9, 0]
    assert one.report(100.0)[:2] == [10, 0]
