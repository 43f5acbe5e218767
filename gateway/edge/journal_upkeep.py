"""Maintenance of the journal while the gateway runs."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable

from gateway.edge.uplink import EdgeUplink
from gateway.host.stopping import wait_for_stop
from gateway.host.threads import OneThread
from gateway.journal.journal import Journal

log = logging.getLogger(__name__)

_CHECK_EVERY_S, _PRUNE_EVERY_S = 5.0, 60.0


async def maintain_journal(
    journal: Journal,
    uplink: EdgeUplink,
    thread: OneThread,
    stop: asyncio.Event,
    trusted: Callable[[], bool],
    report_memory: Callable[[bool], None],
) -> None:
    """Prune the journal, and send what `gateway journal replay` lets wait again, until told to stop.

    A journal in memory is moved to the disk when there is room; `report_memory` is told when that begins and ends. By a clock that can't
    be trusted, nothing is too old.
    """
    if journal.file.in_memory or journal.file.left_in_memory:
        report_memory(journal.file.in_memory)
    loop = asyncio.get_running_loop()
    prune_at_s = loop.time() + _PRUNE_EVERY_S
    while not await wait_for_stop(stop, _CHECK_EVERY_S):
        prune = trusted() and loop.time() >= prune_at_s
        if prune:
            prune_at_s = loop.time() + _PRUNE_EVERY_S
        try:
            if await thread.run(journal.settle):
                report_memory(False)  # noqa: FBT003 — what it is told is whether the journal is in memory
                uplink.session.report(in_memory=False)
                uplink.session.sender.rewind()
            if await thread.run(journal.file.changed_elsewhere):
                uplink.session.sender.rewind()
            if prune:
                for document_hash in await thread.run(journal.prune):
                    uplink.session.clear_schema(document_hash)
        except sqlite3.Error as error:
            log.error("journal maintenance failed (%s); retrying", error)  # noqa: TRY400 — a traceback does not help the operator
            await thread.run(journal.renew, error)
