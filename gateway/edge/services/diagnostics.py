"""The diagnostics of the running gateway, for `gateway.web.technician.upkeep_routes`.

The site is written from what was read of it: passwords are in files of their own, of which it has only the paths, and comments stay out.
"""

import asyncio
import io
import sqlite3
import tarfile
from collections.abc import Mapping
from pathlib import Path

import msgspec
import yaml

from gateway.config.site_file import EdgeSite
from gateway.edge.services.doctor import LocalDoctor
from gateway.edge.services.lines import LocalLines
from gateway.edge.services.parts import Present
from gateway.edge.services.process import LocalLog
from gateway.edge.services.state import LocalStateService
from gateway.edge.telemetry import metrics
from gateway.host.http_server import exposition
from gateway.host.threads import OneThread
from gateway.journal import inspect
from gateway.model.instants import iso_utc

_GAPS_MOST = 500


class LocalDiagnostics:
    """Packs what the other services say, one file at a time."""

    def __init__(self, present: Present, state: LocalStateService, lines: LocalLines, log: LocalLog, doctor: LocalDoctor) -> None:
        self._present, self._state, self._lines, self._log, self._doctor = present, state, lines, log, doctor
        self._thread = OneThread("diagnostics")
        self._turn = asyncio.Lock()

    def close(self) -> None:
        """End the thread."""
        self._thread.close(wait=False)

    @property
    def file_name(self) -> str:
        """The name of the file: the gateway's, and the day."""
        parts = self._present()
        return f"{parts.site.id.gateway}-{iso_utc(parts.journal.now_ms(), 'seconds')[:10]}.tar.gz"

    async def collect(self) -> bytes:
        """Return the file: a compressed tar archive."""
        async with self._turn:
            parts = self._present()
            files = {
                "state.json": _json(await self._state.state()),
                "values.json": _json(self._state.values()),
                "health.json": _json(parts.health()),
                "lines.json": _json(self._lines.report()),
                "metrics.txt": exposition(lambda: metrics.samples(parts.recorder, parts.uplink, parts.lines.owners)),
                "log.txt": self._log_text(),
                "doctor.json": _json({"checks": await self._doctor.checks()}),
            }
            return await self._thread.run(_packed, files, parts.site, parts.journal.now_ms())

    def _log_text(self) -> bytes:
        lines = (f"{iso_utc(one.t_ms)} {one.level} {one.logger}: {one.message}\n" for one in self._log.records("info", 0))
        return "".join(lines).encode()


def _packed(files: Mapping[str, bytes], site: EdgeSite, now_ms: int) -> bytes:
    whole = {**files, "site.yaml": site_text(site), "journal.json": _journal(Path(site.journal.path))}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in sorted(whole.items()):
            entry = tarfile.TarInfo(f"{site.id.gateway}/{name}")
            entry.size, entry.mtime = len(content), now_ms // 1000
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def site_text(site: EdgeSite) -> bytes:
    """Return a site as YAML, without its comments and with the paths of secrets only."""
    parts = {
        "site": site.id.site,
        "operator": site.id.operator,
        "gateway": site.id.gateway,
        "uplink": site.uplink,
        "journal": site.journal,
        "state": str(site.state),
        "listen": site.listen,
        "page": site.page,
        "lines": site.lines,
        "assets": site.assets,
    }
    plain = msgspec.to_builtins(parts, str_keys=True)
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True).encode()


def _journal(path: Path) -> bytes:
    try:
        return _json({"stats": inspect.stats(path), "gaps": inspect.gaps(path)[-_GAPS_MOST:]})
    except (OSError, sqlite3.Error) as error:
        return _json({"error": str(error)})


def _json(content: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(content))
