"""Charts of the running gateway, for `gateway.web.technician.charts_routes`."""

import asyncio
import sqlite3
import threading

from gateway.edge.services.parts import Present
from gateway.host.threads import OneThread
from gateway.journal.chart import ChartedField, UnknownField, read_chart, thinned
from gateway.model.canonical import FieldType
from gateway.web.json_api import ApiError
from gateway.web.technician.charts_routes import ChartField, ChartRequest, ChartView

_POINTS_MOST = 1000


class _Ending(Exception):
    """The gateway ends while a chart is being read."""


class LocalCharts:
    """Reads one chart at a time, in a thread of its own."""

    def __init__(self, present: Present) -> None:
        self._present, self._thread = present, OneThread("charts")
        self._turn, self._ending = asyncio.Lock(), threading.Event()

    def close(self) -> None:
        """End the thread, at the next pause of its work."""
        self._ending.set()
        self._thread.close(wait=False)

    def _pause(self, seconds: float) -> None:
        if self._ending.wait(seconds):
            raise _Ending

    def fields(self) -> list[ChartField]:
        """Return the fields of all devices that are numbers or states."""
        lines = self._present().lines
        return [
            ChartField(stream.device, stream.asset, stream.measurement, field.name, field.unit)
            for stream in lines.streams()
            for field in stream.fields
            if stream.measurement != "event" and field.type is not FieldType.STRING
        ]

    async def chart(self, wanted: ChartRequest) -> ChartView:
        """Return the points of a field."""
        if self._turn.locked():
            raise ApiError(503, "another chart is being read; try again", "un altro grafico è in lettura; riprova")
        journal = self._present().journal
        to_ms = journal.now_ms()
        from_ms = to_ms - int(3_600_000 * wanted.hours)
        async with self._turn:
            try:
                found = await self._thread.run(read_chart, journal.file.path, ChartedField(*wanted[:4]), from_ms, self._pause)
            except _Ending as error:
                raise ApiError(503, "the gateway stops", "il gateway si sta fermando") from error
            except UnknownField as error:
                raise ApiError(404, "the journal has no such field", "il journal non contiene questo campo") from error
            except (OSError, sqlite3.Error) as error:
                raise ApiError(503, f"the journal can't be read: {error}", f"il journal non è leggibile: {error}") from error
        return ChartView(from_ms, to_ms, found.unit, found.every_s, thinned(found.points, _POINTS_MOST))
