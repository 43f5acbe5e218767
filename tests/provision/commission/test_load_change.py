"""The load of a line before and after a change."""

from gateway.provision.commission.additions import all_added, copies
from gateway.provision.commission.load_change import load_changes
from tests.provision.commission.sites import TEXT, loaded

SERIAL = TEXT.replace("tcp: 192.0.2.10:502", "serial: /dev/ttyUSB0\n    baud: 9600")


def test_further_devices_raise_the_load_of_their_line_alone() -> None:
    before = loaded(SERIAL)
    after = loaded(all_added(SERIAL, before.site, copies(before.site, "qe-041-meter", 3)))
    (change,) = load_changes(before.site, after.site, after.profiles)
    assert change.line == "panel-7"
    assert change.before is not None
    assert change.after is not None
    assert 3.9 * change.before < change.after < 4.1 * change.before


def test_nothing_is_said_of_lines_that_do_not_change() -> None:
    assert load_changes(loaded().site, loaded().site, loaded().profiles) == []
