"""One attempt: what is on record before, and how it ends."""

import asyncio
from pathlib import Path

import pytest

from firmware_tools.flash.audit import AuditFile
from firmware_tools.flash.errors import FlashFailed, FlashRefused
from firmware_tools.flash.flasher import UpdateSurroundings
from firmware_tools.flash.preparation.checks import Circumstances
from firmware_tools.flash.progress import UpdateView
from firmware_tools.flash.record_files import UpdateFiles
from firmware_tools.flash.session import FlashOutcome, WantedUpdate, flash
from firmware_tools.image.image import FirmwareImage
from firmware_tools.image.release import FirmwareRelease
from tests.firmware_tools.flash.modelled_device import Fate, ModelledDevice, new_record
from tests.firmware_tools.flash.scripted_driver import ScriptedDriver, TurnedLine, image

GOOD = Circumstances()
RELEASE = FirmwareRelease(vendor="V", model="M1", version="2.0", driver="wirenboard", hardware=("A",))


class Attempts:
    def __init__(self, folder: Path, device: ModelledDevice) -> None:
        self.device, self.files, self.audit = device, UpdateFiles(folder), AuditFile(folder)
        self.views: list[UpdateView] = []

    async def flash(
        self,
        suffered: tuple[Fate, ...] = (),
        content: FirmwareImage | None = None,
        around: Circumstances = GOOD,
        stop: bool = False,
    ) -> FlashOutcome:
        driver, stopping = ScriptedDriver(self.device, suffered), asyncio.Event()
        if stop:
            stopping.set()
        surroundings = UpdateSurroundings(TurnedLine(), self.files, lambda: 1, self.views.append)
        wanted = WantedUpdate("relay-1", "street", content or image(), RELEASE, "tests")
        return await flash(wanted, driver, surroundings, self.audit, around, stopping, patience_s=1.0)

    @property
    def results(self) -> list[str]:
        return [entry.result for entry in self.audit.last(10)]


async def test_an_update_succeeds_and_the_same_again_is_not_necessary(tmp_path: Path) -> None:
    attempts = Attempts(tmp_path, ModelledDevice("any"))
    outcome = await attempts.flash()
    assert (outcome.result, outcome.record.read_back, attempts.views[-1].result) == ("succeeded", "2.0", "succeeded")
    assert outcome.identity is not None
    assert outcome.identity.version == "2.0"
    assert (await attempts.flash()).result == "unchanged"
    assert attempts.results == ["succeeded", "unchanged"]
    assert not list((tmp_path / "firmware/images").iterdir()), "no update needs an image"


async def test_a_refusal_changes_nothing_and_leaves_the_record_before(tmp_path: Path) -> None:
    attempts = Attempts(tmp_path, ModelledDevice("any"))
    with pytest.raises(FlashRefused) as refused:
        await attempts.flash(around=Circumstances(powered=False))
    assert refused.value.code == "no_power"
    assert attempts.files.load("relay-1") is None
    attempts.files.save(new_record(phase="sending", image="b" * 64))
    with pytest.raises(FlashRefused):
        await attempts.flash(around=Circumstances(powered=False))
    assert attempts.files.load("relay-1") == new_record(phase="sending", image="b" * 64)
    assert (attempts.results, attempts.device.application) == (["refused", "refused"], "1.0")


async def test_an_interrupted_update_goes_on_where_it_was(tmp_path: Path) -> None:
    attempts = Attempts(tmp_path, ModelledDevice("any"))
    with pytest.raises(FlashFailed) as failed:
        await attempts.flash(("well", "well", "well", "well", "well", *["not heard"] * 20))  # type: ignore[arg-type]
    assert (failed.value.again, failed.value.code) == (True, "no_answer")
    assert [record.chunk for record in attempts.files.unfinished()] == [2]
    assert (await attempts.flash()).result == "succeeded"
    assert attempts.device.calls["send"] <= 7
    assert attempts.results == ["interrupted", "succeeded"]


async def test_another_image_rescues_a_device_that_has_a_part_of_one(tmp_path: Path) -> None:
    attempts = Attempts(tmp_path, ModelledDevice("any"))
    with pytest.raises(FlashFailed):
        await attempts.flash(("well", "well", "well", "well", *["not heard"] * 20))  # type: ignore[arg-type]
    other = FirmwareImage(image().content[::-1], "g.bin")
    outcome = await attempts.flash(content=other)
    assert (outcome.result, outcome.record.image, outcome.record.from_version) == ("succeeded", other.sha256, None)


async def test_an_update_that_was_told_to_stop_is_not_on_record_as_failed(tmp_path: Path) -> None:
    attempts = Attempts(tmp_path, ModelledDevice("any"))
    outcome = await attempts.flash(stop=True)
    assert (outcome.result, attempts.results) == ("paused", ["paused"])
    assert (await attempts.flash()).result == "succeeded"


async def test_a_device_is_updated_by_one_at_a_time(tmp_path: Path) -> None:
    attempts = Attempts(tmp_path, ModelledDevice("any"))
    with attempts.files.claim("relay-1"), pytest.raises(FlashRefused, match="another process"):
        await attempts.flash()
