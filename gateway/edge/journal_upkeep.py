"""Looks after the journal while the gateway runs."""

import asyncio
import logging
import sqlite3

from gateway.host.stopping import wait_for_stop
from gateway.host.threads import OneThread
from gateway.journal.journal import Journal
from gateway.uplink.session import UplinkSession

log = logging.getLogger(__name__)

_LOOK_EVERY_S, _PRUNE_EVERY_S = 5.0, 60.0


async def look_after(journal: Journal, uplink: UplinkSession, thread: OneThread, stop: asyncio.Event) -> None:
    """Prune the journal, and see whether `gateway journal replay` let some of it wait again, until told to stop."""
    loop = asyncio.get_running_loop()
    prune_at_s = loop.time() + _PRUNE_EVERY_S
    while not await wait_for_stop(stop, _LOOK_EVERY_S):
        prune = loop.time() >= prune_at_s
        if prune:
            prune_at_s = loop.time() + _PRUNE_EVERY_S
        try:
            if await thread.run(journal.changed_elsewhere):
                uplink.look_again()
            if prune:
                for document_hash in await thread.run(journal.prune):
                    uplink.forget_schema(document_hash)
        except sqlite3.Error as error:
            log.error("the journal can't be looked after (%s): tried again later", error)  # noqa: TRY400 — for the operator
            await thread.run(journal.renew, error)
