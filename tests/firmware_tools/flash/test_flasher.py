"""An update is carried out in turns on the line, and stored before each step."""

import asyncio
from pathlib import Path

import pytest

from firmware_tools.flash.flasher import Flasher, UpdateSurroundings
from firmware_tools.flash.progress import UpdateView
from firmware_tools.flash.record import UpdateRecord
from firmware_tools.flash.record_files import UpdateFiles
from firmware_tools.flash.update import UpdateSteps
from tests.firmware_tools.flash.modelled_device import Fate, ModelledDevice, new_record
from tests.firmware_tools.flash.scripted_driver import ScriptedDriver, TurnedLine, image
from tests.steady_loop import SteadyLoop


class LoggedFiles(UpdateFiles):
    """Logs the chunk of each record that is stored."""

    def __init__(self, state: Path) -> None:
        super().__init__(state)
        self.chunks: list[int] = []

    def save(self, record: UpdateRecord) -> None:
        self.chunks.append(record.chunk)
        super().save(record)


class Bench:
    def __init__(self, folder: Path, device: ModelledDevice, line: TurnedLine | None = None, suffered: tuple[Fate, ...] = ()) -> None:
        self.device, self.line, self.files = device, line or TurnedLine(), LoggedFiles(folder)
        self.driver = ScriptedDriver(device, suffered)
        self.views: list[UpdateView] = []
        self.update = UpdateSteps(self.files.load("relay-1") or new_record(), lambda _: None)
        self.stop = asyncio.Event()

    async def run(self) -> UpdateRecord:
        around = UpdateSurroundings(self.line, self.files, lambda: 5, self.show)
        await Flasher(self.update, self.driver, image(), around).run(self.stop)
        return self.update.record

    def show(self, view: UpdateView) -> None:
        self.views.append(view)


async def test_a_device_is_updated_in_turns_and_the_wire_is_closed_after_each(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ModelledDevice("exact"))
    record = await bench.run()
    assert (record.phase, bench.device.application) == ("succeeded", "2.0")
    assert (bench.driver.open, bench.driver.closed) == (False, bench.line.turns)
    assert not bench.line.reserved_now
    assert bench.files.load("relay-1") == record


async def test_how_far_it_is_is_reported_with_every_step(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ModelledDevice("exact"))
    await bench.run()
    assert [view.done_bytes for view in bench.views if view.phase == "sending"] == [0, 100, 200, 300, 400, 500]
    assert {view.total_bytes for view in bench.views} == {600}
    assert bench.views[-1].phase == "succeeded"


@pytest.mark.parametrize(("resumes", "expected"), [("exact", [0, 1, 2, 3, 4, 5, 6]), ("never", [0, 6])])
async def test_each_chunk_is_stored_where_the_transfer_can_only_go_on_there(tmp_path: Path, resumes: str, expected: list[int]) -> None:
    bench = Bench(tmp_path, ModelledDevice(resumes))  # type: ignore[arg-type]
    await bench.run()
    assert sorted(set(bench.files.chunks)) == expected


def test_a_device_that_knows_its_place_is_stored_about_once_a_second(tmp_path: Path) -> None:
    with asyncio.Runner(loop_factory=SteadyLoop) as runner:
        bench = Bench(tmp_path, ModelledDevice("any"))
        runner.run(bench.run())
    assert len(set(bench.files.chunks)) < 6


async def test_it_stops_between_two_chunks_and_goes_on_there(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ModelledDevice("exact"))
    whole = bench.show

    def stop_at_the_third(view: UpdateView) -> None:
        whole(view)
        if view.done_bytes == 300:
            bench.stop.set()

    bench.show = stop_at_the_third  # type: ignore[method-assign]
    record = await bench.run()
    assert (record.phase, record.chunk, record.ended) == ("sending", 3, False)
    again = Bench(tmp_path, bench.device)
    assert (await again.run()).phase == "succeeded"
    assert bench.device.calls["send"] == 6


async def test_a_line_that_is_gone_or_needed_back_for_a_while_is_waited_for(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ModelledDevice("exact"), TurnedLine(broken=frozenset({3}), recalled=frozenset({5})))
    record = await bench.run()
    assert record.phase == "succeeded"
    assert [view.reason.code for view in bench.views if view.reason is not None] != []


async def test_a_chunk_whose_answer_is_lost_is_sent_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ModelledDevice("exact"), suffered=("well", "well", "well", "not answered"))
    assert (await bench.run()).phase == "succeeded"
    assert bench.device.calls["send"] == 7
