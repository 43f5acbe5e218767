"""The log of what was served."""

from pathlib import Path

import msgspec

from gateway.simulate.street.served_log import Served, ServedLog, ServedResponse, read_served

ONE = ServedResponse(1000, "d", "delivered", [Served("a", "lamp", "lamp_failure", True), Served("a", "lamp", "power_state", "on")])
TWO = ServedResponse(2000, "d", "noise", [Served("a", "lamp", "dim_level", 40)], streamed=True)


def test_what_is_appended_is_read_again(tmp_path: Path) -> None:
    log = ServedLog(tmp_path / "log")
    log.append(ONE)
    log.append(TWO)
    log.close()
    assert read_served(tmp_path / "log") == [ONE, TWO]


def test_a_log_is_continued_and_can_be_read_while_it_is_open(tmp_path: Path) -> None:
    first = ServedLog(tmp_path / "log")
    first.append(ONE)
    first.close()
    second = ServedLog(tmp_path / "log")
    second.append(TWO)
    second.flush()
    assert read_served(tmp_path / "log") == [ONE, TWO]
    second.close()


def test_a_response_that_turns_out_to_be_late_is_returned_once(tmp_path: Path) -> None:
    late = msgspec.structs.replace(ONE, fate="late")
    log = ServedLog(tmp_path / "log")
    for one in (ONE, TWO, late, TWO):
        log.append(one)
    log.close()
    assert read_served(tmp_path / "log") == [late, TWO, TWO]
