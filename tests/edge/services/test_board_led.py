"""The LEDs of the board: which one a person finds it by, and what it returns to."""

from pathlib import Path

import pytest

from gateway.edge.services.board_led import LEDS, ShownLed, find_led, led_named


def add_led(root: Path, name: str, trigger: str = "none [mmc0] timer", brightness: str = "0") -> Path:
    """Add an LED as sysfs shows it. Files keep what was written last; the kernel would mark the trigger among all."""
    folder = root / LEDS / name
    folder.mkdir(parents=True)
    for file, content in (("trigger", trigger), ("brightness", brightness), ("max_brightness", "255")):
        (folder / file).write_text(content + "\n")
    return folder


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("PWR", "ACT", "mmc0::"), "ACT"),
        (("led1", "led0"), "led0"),
        (("input3::capslock", "eth0:green:link", "PWR"), "PWR"),
        (("board:green:power", "board:blue:status"), "board:blue:status"),
        (("mmc0::", "input3::numlock", "status"), None),
        ((), None),
    ],
)
def test_the_led_for_people_is_found_among_those_of_keyboards_and_sockets(
    tmp_path: Path, names: tuple[str, ...], found: str | None
) -> None:
    for name in names:
        add_led(tmp_path, name)
    led = find_led(tmp_path)
    assert (None if led is None else led.name) == found


def test_it_shines_with_all_its_brightness_and_returns_to_its_trigger(tmp_path: Path) -> None:
    folder, led = add_led(tmp_path, "ACT"), led_named(tmp_path, "ACT")
    before = led.shown()
    assert before == ShownLed("mmc0", "0")
    led.take()
    led.switch(on=True)
    assert [(folder / name).read_text() for name in ("trigger", "brightness")] == ["none", "255"]
    led.switch(on=False)
    led.show(before)
    assert [(folder / name).read_text() for name in ("trigger", "brightness")] == ["mmc0", "0"]


def test_without_a_trigger_it_returns_to_its_brightness(tmp_path: Path) -> None:
    folder, led = add_led(tmp_path, "PWR", "[none] mmc0", "1"), led_named(tmp_path, "PWR")
    before = led.shown()
    led.take()
    led.switch(on=False)
    led.show(before)
    assert [(folder / name).read_text() for name in ("trigger", "brightness")] == ["none", "1"]
