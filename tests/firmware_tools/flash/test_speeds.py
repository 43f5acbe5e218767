"""One driver of `python -m tests.firmware_tools.flash.speeds`, with a small image, in a loop whose clock does not count other work."""

import asyncio

from tests.firmware_tools.flash.speeds import Speed, measure, table
from tests.firmware_tools.flash.updating_lines import CASES, NEW
from tests.steady_loop import SteadyLoop


def test_a_device_is_updated_while_the_others_of_its_line_are_read() -> None:
    with asyncio.Runner(loop_factory=SteadyLoop) as runner:
        speed = runner.run(measure(CASES[1], 0.2, 1500, baseline_s=4.0))
    assert speed.version == NEW, table([speed])
    assert speed.readings_meanwhile > 0, table([speed])


def test_the_table_says_what_fails() -> None:
    slow = Speed("xmodem", 9600, 0.2, "1.0", 700.0, 50.0, 0.36, 4.0, 2.0, 0.5)
    assert table([slow]).endswith("FAILS")
