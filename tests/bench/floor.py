"""The least that an edge can cost: CPU time per value of requesting and unpacking alone, in this Python on this machine.

`python -m tests.bench.floor PORT SECONDS [--uvloop]` reads 50 lines of 4 units, 60 registers of each once per second, like workload W1.
"""

import asyncio
import resource
import struct
import sys
import time

LINES, UNITS, REGISTERS = 50, 4, 60
unpack = struct.Struct(">40H10f").unpack


class Asker(asyncio.Protocol):
    """Sends one read request at a time and waits for the bytes of its response."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if len(self.buffer) >= 9 + 2 * REGISTERS:
            frame, self.buffer = self.buffer, b""
            self.answer.set_result(frame[9:])

    async def read(self, unit: int) -> bytes:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.transport.write(struct.pack(">HHHBBHH", 1, 0, 6, unit, 3, 0, REGISTERS))  # type: ignore[attr-defined]
        async with asyncio.timeout(2):
            return await self.answer


async def main(port: int, seconds: float) -> None:
    loop, values = asyncio.get_running_loop(), 0

    async def poll(line: int) -> None:
        nonlocal values
        _, asker = await loop.create_connection(Asker, "127.0.0.1", port + line)
        while True:
            await asyncio.sleep(1 - time.time() % 1)
            for unit in range(1, UNITS + 1):
                found = unpack(await asker.read(unit))
                values += len(found)

    tasks = [asyncio.create_task(poll(line)) for line in range(LINES)]
    await asyncio.sleep(2.5)
    before, counted = resource.getrusage(resource.RUSAGE_SELF), values
    await asyncio.sleep(seconds)
    after, counted = resource.getrusage(resource.RUSAGE_SELF), values - counted
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(1e6 * cpu_s / counted)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    work = main(int(sys.argv[1]), float(sys.argv[2]))
    if "--uvloop" in sys.argv:
        import uvloop

        uvloop.run(work)
    else:
        asyncio.run(work)
