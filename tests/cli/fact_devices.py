"""A device of a profile that says words of the test's choosing."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from tests.profiles.register_facts import FACTS, FactDevice


@contextmanager
def serving(name: str, identification: dict[int, bytes] | None = None, /, **values: list[int]) -> Iterator[str]:
    """Serve a device over TCP in a thread of its own."""
    device = FactDevice(1)
    device.identification = identification or {}
    for fact in FACTS:
        if fact.profile == name and fact.point in values:
            device.put(fact, values[fact.point])
    loop = asyncio.new_event_loop()
    server, address = loop.run_until_complete(device.serve())
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield address
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
