"""Publishes that wait for the broker's acknowledgement."""

import asyncio
import time

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from gateway.host.mqtt import Disconnected, PublishRefused, publishes
from gateway.host.mqtt.publishes import PendingPublishes, disconnected


def reason(name: str) -> ReasonCode:
    return ReasonCode(PacketTypes.PUBACK, name)


def fail() -> None:
    raise AssertionError("nothing is stuck")


def future() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()


async def test_each_publish_is_settled_by_its_own_acknowledgement() -> None:
    pending, first, second = PendingPublishes(fail), future(), future()
    pending.add(1, first)
    pending.add(2, second)
    pending.acknowledged(2, reason("Success"))
    assert (first.done(), second.done()) == (False, True)
    await second


async def test_no_matching_subscribers_is_a_success() -> None:
    pending, sent = PendingPublishes(fail), future()
    pending.add(1, sent)
    pending.acknowledged(1, reason("No matching subscribers"))
    await sent


async def test_a_failure_code_refuses_a_publish_and_says_why() -> None:
    pending, sent = PendingPublishes(fail), future()
    pending.add(1, sent)
    pending.acknowledged(1, reason("Not authorized"))
    with pytest.raises(PublishRefused, match="Not authorized"):
        await sent


async def test_acknowledgements_of_unknown_or_cancelled_publishes_change_nothing() -> None:
    pending, sent = PendingPublishes(fail), future()
    pending.acknowledged(7, reason("Success"))
    pending.add(1, sent)
    sent.cancel()
    pending.acknowledged(1, reason("Success"))
    assert sent.cancelled()


async def test_the_end_of_a_connection_fails_every_publish_that_waits() -> None:
    pending, waiting, cancelled = PendingPublishes(fail), future(), future()
    pending.add(1, waiting)
    pending.add(2, cancelled)
    cancelled.cancel()
    pending.fail_all()
    with pytest.raises(Disconnected, match="the connection ended"):
        await waiting
    pending.fail_all()
    pending.acknowledged(1, reason("Success"))


async def test_a_publish_without_a_connection_fails_at_once() -> None:
    with pytest.raises(Disconnected, match="not connected"):
        await disconnected(future(), "not connected")


async def test_a_publish_that_stays_the_oldest_for_too_long_is_stuck_whatever_is_acknowledged_behind_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(publishes, "UNACKNOWLEDGED_S", 0.05)
    stuck = asyncio.Event()
    pending = PendingPublishes(stuck.set)
    pending.add(1, future())
    for mid in range(2, 100):
        pending.add(mid, future())
        pending.acknowledged(mid, reason("Success"))
    async with asyncio.timeout(10):
        await stuck.wait()
    pending.fail_all()


async def test_an_acknowledgement_that_another_overtook_is_lost_and_makes_the_publishes_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mosquitto discards acknowledgements while too many packets wait for a client; 20 lost ones and nothing could be sent for a minute."""
    monkeypatch.setattr(publishes, "OVERTAKEN_S", 0.05)
    stuck = asyncio.Event()
    pending = PendingPublishes(stuck.set)
    for mid in range(1, 4):
        pending.add(mid, future())
    pending.acknowledged(2, reason("Success"))
    assert pending.lost
    async with asyncio.timeout(10):
        await stuck.wait()
    pending.fail_all()
    assert not pending.lost


async def test_acknowledgements_out_of_order_are_forgiven_if_the_earlier_one_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishes, "OVERTAKEN_S", 0.05)
    pending = PendingPublishes(fail)
    for mid in range(1, 4):
        pending.add(mid, future())
    pending.acknowledged(2, reason("Success"))
    pending.acknowledged(1, reason("Success"))
    assert not pending.lost
    await asyncio.sleep(0.1)
    pending.fail_all()


async def test_subscriptions_may_be_acknowledged_later_than_publishes() -> None:
    pending = PendingPublishes(fail)
    pending.add(1, future(), ordered=False)
    pending.add(2, future())
    pending.add(3, future())
    pending.acknowledged(2, reason("Success"))
    assert not pending.lost
    pending.add(4, future(), ordered=False)
    pending.acknowledged(1, reason("Success"))
    pending.acknowledged(4, reason("Success"))
    assert not pending.lost
    pending.fail_all()


async def test_a_busy_loop_that_read_nothing_does_not_make_publishes_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishes, "_LATE_S", 0.02)
    stuck = asyncio.Event()
    pending = PendingPublishes(stuck.set, 0.2)
    pending.add(1, future())
    time.sleep(0.4)  # the loop is busy until after the time-out
    await asyncio.sleep(0)
    assert not stuck.is_set()
    async with asyncio.timeout(10):
        await stuck.wait()
    pending.fail_all()


async def test_publishes_that_are_acknowledged_one_after_the_other_are_not_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a slow link: the last of many waits far longer than the limit."""
    monkeypatch.setattr(publishes, "UNACKNOWLEDGED_S", 1000.0)
    pending, loop = PendingPublishes(fail), asyncio.get_running_loop()
    for mid in range(10):
        pending.add(mid, future())
    for mid in range(10):
        pending._oldest_since_s = loop.time() - 999.0
        pending._check()
        pending.acknowledged(mid, reason("Success"))
        assert pending._oldest_since_s > loop.time() - 10.0
    pending._check()
    pending.fail_all()


async def test_without_publishes_nothing_is_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishes, "UNACKNOWLEDGED_S", 0.0)
    pending = PendingPublishes(fail)
    pending.add(1, future())
    pending.acknowledged(1, reason("Success"))
    await asyncio.sleep(0.01)
    pending.add(2, future())
    pending.fail_all()
    await asyncio.sleep(0.01)
