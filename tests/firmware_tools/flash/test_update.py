"""An update goes on from what is stored and what the device says, whatever happens to either."""

from typing import cast

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_tools.drivers.port import FirmwareError, FirmwareIdentity, ImageRefused, Resumption
from firmware_tools.flash.record import Reason, UpdateRecord
from firmware_tools.flash.update import RESTARTS_MOST, UpdateSteps
from tests.firmware_tools.flash.modelled_device import CHUNKS, Fate, Killed, ModelledDevice, new_record, no_answer

FATES: tuple[Fate, ...] = ("not heard", "not answered", "power cut before", "power cut after", "killed before", "killed after")


def allowed(_: FirmwareIdentity) -> None:
    return None


def fates(fate: Fate, count: int) -> list[Fate]:
    return [fate] * count


def tell(update: UpdateSteps, kind: str, answer: FirmwareIdentity | int | None) -> None:
    """Tell an update what came of a step."""
    if kind == "probe":
        update.probed(cast("FirmwareIdentity", answer))
    elif kind == "enter":
        update.entered()
    elif kind == "begin":
        update.begun(cast("int", answer))
    elif kind == "send":
        update.sent()
    else:
        update.finished()


def run(update: UpdateSteps, device: ModelledDevice, suffered: list[Fate]) -> UpdateRecord:
    """Run an update on a device; return the record that is stored in the end, or when it is killed."""
    for _ in range(10_000):
        step = update.step()
        stored = msgspec.structs.replace(update.record)
        if step.kind == "end":
            return stored
        if step.kind == "wait":
            update.waited()
            continue
        try:
            tell(update, step.kind, device.suffer(suffered.pop(0) if suffered else "well", step.kind, step.number))
        except FirmwareError as error:
            update.failed(error)
        except Killed:
            return stored
    raise AssertionError("the update does not end")


def updated(device: ModelledDevice, suffered: list[Fate], record: UpdateRecord | None = None) -> UpdateRecord:
    """Update a device, begin again from what was stored whenever that ends early, and return the last record."""
    record = record or new_record()
    for _ in range(200):
        record = run(UpdateSteps(record, allowed), device, suffered)
        if record.ended:
            return record
        assert record.phase == "checking" or not device.in_bootloader or record.touched, "a device in its bootloader is on record"
    raise AssertionError("the update never ends")


@pytest.mark.parametrize("resumes", ["exact", "any", "never"])
def test_an_update_without_faults_sends_each_chunk_once_and_reads_the_version_back(resumes: Resumption) -> None:
    device = ModelledDevice(resumes)
    record = updated(device, [])
    assert (record.phase, record.from_version, record.read_back, record.restarts) == ("succeeded", "1.0", "2.0", 0)
    assert device.application == "2.0"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*FATES, "well", "well"]), max_size=40), st.sampled_from(["exact", "any", "never"]), st.booleans())
def test_whatever_happens_the_device_has_the_new_firmware_in_the_end(
    suffered: list[Fate], resumes: Resumption, erases_at_once: bool
) -> None:
    device = ModelledDevice(resumes, erases_at_once=erases_at_once)
    left = list(suffered)
    while (record := updated(device, left)).phase != "succeeded":
        assert record.reason is not None
        assert (record.reason.code, device.application, device.in_bootloader) == ("no_answer", "1.0", False), "it was not begun"
    assert (device.application, device.in_bootloader) == ("2.0", False)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from([*FATES, "well"]), max_size=20))
def test_a_device_of_another_model_is_left_alone_whatever_happens(suffered: list[Fate]) -> None:
    device = ModelledDevice("exact", model="M2")
    record = updated(device, list(suffered))
    assert (record.phase, record.reason and record.reason.code) in (("failed", "wrong_model"), ("failed", "no_answer"))
    assert (device.application, device.flashed_wrong) == ("1.0", False)


@pytest.mark.parametrize("place", range(2 * CHUNKS))
def test_a_kill_costs_at_most_the_chunk_under_way_where_the_device_knows_its_place(place: int) -> None:
    device = ModelledDevice("exact")
    record = updated(device, [*fates("well", place), "killed after"])
    assert record.phase == "succeeded"
    assert device.calls["send"] <= CHUNKS + 1


def test_a_device_that_has_the_version_is_left_alone_unless_it_is_reinstalled() -> None:
    device = ModelledDevice("any")
    device.application = "2.0"
    update = UpdateSteps(new_record(), allowed)
    record = run(update, device, [])
    assert (record.phase, update.unchanged, record.read_back) == ("succeeded", True, "2.0")
    device.erases_at_once = True
    again = updated(device, ["well", "well", "killed after"], new_record(reinstall=True))
    assert (again.phase, again.from_version) == ("succeeded", "2.0")


def test_a_reinstalled_version_is_not_taken_for_done_when_the_old_one_starts_again() -> None:
    device = ModelledDevice("never", erases_at_once=False)
    device.application = "2.0"
    record = updated(device, ["well", "well", "power cut after"], new_record(reinstall=True))
    assert record.phase == "succeeded"
    assert device.calls["begin"] == 2


def test_an_update_that_may_not_begin_changes_nothing() -> None:
    device = ModelledDevice("any")
    update = UpdateSteps(new_record(), lambda _: Reason("no_power", "off", "spento"))
    record = run(update, device, [])
    assert update.refused
    assert (record.phase, record.reason) == ("failed", Reason("no_power", "off", "spento"))
    assert not device.in_bootloader


def test_a_device_that_does_not_answer_at_first_is_not_updated_and_later_is_waited_for() -> None:
    update = UpdateSteps(new_record(), allowed)
    record = run(update, ModelledDevice("any"), fates("not heard", 50))
    assert (update.refused, update.interrupted, record.phase) == (True, False, "failed")
    device = ModelledDevice("any")
    update = UpdateSteps(new_record(), allowed)
    record = run(update, device, [*fates("well", 3), *fates("not heard", 200)])
    assert (update.refused, update.interrupted, record.phase) == (False, True, "sending")
    assert updated(device, [], record).phase == "succeeded"


def test_a_device_that_loses_the_transfer_again_and_again_is_given_up_for_now() -> None:
    update = UpdateSteps(new_record(phase="sending", chunk=3), allowed)
    device = ModelledDevice("never")
    device.in_bootloader, device.application = True, None
    sends = ["well", "well", "power cut before"] * (RESTARTS_MOST + 3)
    record = run(update, device, cast("list[Fate]", sends))
    assert update.interrupted
    assert record.phase == "sending"
    assert record.reason is not None


def test_a_device_that_runs_another_version_in_the_end_has_failed() -> None:
    update = UpdateSteps(new_record(phase="reading_back", from_version="1.0"), allowed)
    update.probed(FirmwareIdentity("M1", "A", "1.0"))
    assert update.step().kind == "end"
    assert update.record.reason is not None
    assert (update.record.reason.code, update.record.stuck) == ("version", False)


def test_a_refused_image_is_not_sent_again() -> None:
    update = UpdateSteps(new_record(phase="entering"), allowed)
    update.probed(FirmwareIdentity("M1", "A", None, None, in_bootloader=True))
    update.failed(ImageRefused("no", "no"))
    assert (update.step().kind, update.record.phase, update.record.stuck) == ("end", "failed", True)


def test_another_device_in_the_place_of_the_updated_one_gets_nothing() -> None:
    update = UpdateSteps(new_record(phase="sending", chunk=3), allowed)
    update.probed(FirmwareIdentity("M2", None, None, None, in_bootloader=True))
    assert (update.step().kind, update.record.phase) == ("end", "failed")


def test_waits_grow_and_are_over_when_they_are_said_to_be() -> None:
    update = UpdateSteps(new_record(phase="sending", chunk=3), allowed)
    waits = []
    for _ in range(4):
        update.failed(no_answer())
        waits.append(update.step().for_s)
        assert update.step().kind == "wait"
        update.waited()
        assert update.step().kind == "probe"
    assert waits == sorted(waits)
    assert waits[0] < waits[-1]
