"""When the port of a line is opened again. Time is a number here."""

import itertools

from gateway.fieldbus.line.port_recovery import PortRecovery


def test_a_port_that_fails_again_and_again_is_opened_ever_more_rarely_until_it_works() -> None:
    port = PortRecovery()
    assert not port.broken
    assert port.reopen_at_s == 0.0
    waits = []
    for attempt in range(12):
        port.failed(f"failure {attempt}", 100.0)
        waits.append(port.reopen_at_s - 100.0)
    assert port.broken
    assert port.reason == "failure 11"
    assert 0.5 * 0.75 <= waits[0] <= 0.5 * 1.25
    assert all(after > before for before, after in itertools.pairwise(waits[:6]))
    assert all(30 * 0.75 <= wait <= 30 * 1.25 for wait in waits[-3:])
    port.succeeded()
    assert not port.broken
    port.failed("again", 200.0)
    assert port.reopen_at_s <= 200.0 + 0.5 * 1.25


def test_a_failure_is_news_once_for_each_reason_until_the_port_works() -> None:
    port = PortRecovery()
    news = [port.failed(reason, 100.0) for reason in ("unplugged", "unplugged", "refused", "refused", "unplugged")]
    assert news == [True, False, True, False, True]
    assert [port.succeeded(), port.succeeded()] == [True, False]
    assert port.failed("unplugged", 200.0)
