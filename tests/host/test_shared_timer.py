"""Timers that share one timer of the event loop."""

import asyncio

from gateway.host.shared_timer import SharedTimer


async def test_all_callbacks_of_an_instant_are_called_in_order_by_one_timer() -> None:
    loop, timer = asyncio.get_running_loop(), SharedTimer()
    called: list[str] = []
    done = asyncio.Event()
    at_s = loop.time() + 0.01
    timer.call_at(at_s, lambda: called.append("a"))
    timer.call_at(at_s + 0.01, done.set)
    timer.call_at(at_s, lambda: called.append("b"))
    async with asyncio.timeout(10):
        await done.wait()
    assert called == ["a", "b"]
    assert loop.time() >= at_s


async def test_a_callback_that_fails_is_reported_and_costs_the_others_nothing() -> None:
    loop, timer = asyncio.get_running_loop(), SharedTimer()
    reported: list[object] = []
    loop.set_exception_handler(lambda _, context: reported.append(context["exception"]))
    at_s, called = loop.time(), asyncio.Event()
    error = ZeroDivisionError("as a bug would")

    def fail() -> None:
        raise error

    for callback in (fail, lambda: fail(), called.set):  # noqa: PLW0108 — equal callbacks are called once
        timer.call_at(at_s, callback)
    async with asyncio.timeout(10):
        await called.wait()
    assert reported == [error, error]


async def test_an_instant_can_be_used_again_after_it_has_passed() -> None:
    loop, timer = asyncio.get_running_loop(), SharedTimer()
    at_s = loop.time()
    for _ in range(2):
        called = asyncio.Event()
        timer.call_at(at_s, called.set)
        async with asyncio.timeout(10):
            await called.wait()


async def test_a_callback_can_ask_for_the_same_instant_again() -> None:
    loop, timer = asyncio.get_running_loop(), SharedTimer()
    at_s, called = loop.time(), asyncio.Event()
    timer.call_at(at_s, lambda: timer.call_at(at_s, called.set))
    async with asyncio.timeout(10):
        await called.wait()
