"""The LED flashes, and then shows what it showed before: also after a stop, a kill, or a change of the state's file."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from gateway.edge.services.identify import BORROWED, LedIdentify
from gateway.web.json_api import ApiError
from tests.edge.services.test_board_led import add_led


def shown(folder: Path) -> tuple[str, str]:
    return (folder / "trigger").read_text().strip(), (folder / "brightness").read_text().strip()


async def test_it_flashes_and_returns_to_its_trigger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, seen = add_led(tmp_path, "ACT"), list[str]()

    async def step(_seconds: float, real: object = asyncio.sleep) -> None:
        seen.append(shown(folder)[1])
        await real(0.02)  # type: ignore[operator]

    monkeypatch.setattr(asyncio, "sleep", step)
    one = LedIdentify(tmp_path, tmp_path)
    assert await one.flash(1) == "ACT"
    assert shown(folder)[0] == "none"
    flashing = one._flashing
    assert flashing is not None
    assert await one.flash(1) == "ACT", "again: it goes on"
    assert one._flashing is flashing
    await flashing
    assert seen[:5] == ["255", "0", "255", "0", "255"]
    assert shown(folder)[0] == "mmc0"
    assert not (tmp_path / BORROWED).exists()


async def test_a_gateway_that_stops_returns_it_at_once(tmp_path: Path) -> None:
    folder, one = add_led(tmp_path, "ACT"), LedIdentify(tmp_path, tmp_path)
    await one.flash(300)
    await one.close()
    assert shown(folder)[0] == "mmc0"
    assert not (tmp_path / BORROWED).exists()


async def test_several_technicians_at_once_borrow_it_once(tmp_path: Path) -> None:
    folder, one = add_led(tmp_path, "ACT"), LedIdentify(tmp_path, tmp_path)
    await asyncio.gather(*(one.flash(300) for _ in range(5)))
    await one.close()
    assert shown(folder)[0] == "mmc0"


async def killed(state: Path, root: Path) -> None:
    """Leave the LED as a gateway that is killed does."""
    one = LedIdentify(state, root)
    await one.flash(300)
    assert one._flashing is not None
    kept = (state / BORROWED).read_bytes()
    one._flashing.cancel()
    await asyncio.gather(one._flashing, return_exceptions=True)
    (state / BORROWED).write_bytes(kept)


async def test_the_next_start_puts_right_what_a_kill_left(tmp_path: Path) -> None:
    folder = add_led(tmp_path, "ACT")
    await killed(tmp_path, tmp_path)
    (folder / "trigger").write_text("[none] mmc0")
    await LedIdentify(tmp_path, tmp_path).recover()
    assert shown(folder)[0] == "mmc0"
    assert not (tmp_path / BORROWED).exists()


async def test_after_a_reboot_the_kernel_has_put_it_right(tmp_path: Path) -> None:
    folder = add_led(tmp_path, "ACT")
    await killed(tmp_path, tmp_path)
    left = msgspec.json.decode((tmp_path / BORROWED).read_bytes())
    (tmp_path / BORROWED).write_bytes(msgspec.json.encode(left | {"boot": "another"}))
    (folder / "trigger").write_text("none mmc0 [heartbeat]")
    await LedIdentify(tmp_path, tmp_path).recover()
    assert shown(folder)[0] == "none mmc0 [heartbeat]"
    assert not (tmp_path / BORROWED).exists()


async def test_a_damaged_file_is_removed_with_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / BORROWED).write_bytes(b"{")
    await LedIdentify(tmp_path, tmp_path).recover()
    assert "can't be read" in caplog.text
    assert not (tmp_path / BORROWED).exists()


async def test_a_machine_without_an_led_says_so(tmp_path: Path) -> None:
    with pytest.raises(ApiError) as refused:
        await LedIdentify(tmp_path, tmp_path).flash(15)
    assert (refused.value.status_code, refused.value.detail) == (409, "this machine has no LED that could flash")


async def test_an_led_that_may_not_be_switched_is_told_with_what_to_do(tmp_path: Path) -> None:
    folder = add_led(tmp_path, "ACT")
    (folder / "trigger").unlink()
    (folder / "trigger").mkdir()
    with pytest.raises(ApiError, match="run 'gateway install edge' again and reboot"):
        await LedIdentify(tmp_path, tmp_path).flash(15)
    assert not (tmp_path / BORROWED).exists()


async def test_an_led_that_goes_away_while_it_flashes_ends_it_with_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder, one = add_led(tmp_path, "ACT"), LedIdentify(tmp_path, tmp_path)
    await one.flash(300)
    (folder / "max_brightness").unlink()
    assert one._flashing is not None
    await one._flashing
    assert "the LED ACT can't be switched" in caplog.text
    assert shown(folder)[0] == "mmc0"
