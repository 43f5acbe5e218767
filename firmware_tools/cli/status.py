"""`firmware status`: the updates of a gateway's devices, and the last that ended."""

from http.client import HTTPException
from pathlib import Path

import click
import msgspec

from firmware_tools.cli.flash_output import RESULTS, said_view
from firmware_tools.flash.audit import AuditEntry, AuditFile
from firmware_tools.flash.progress import UpdateView, stored_view
from firmware_tools.flash.record import ENDED
from firmware_tools.flash.record_files import UpdateFiles
from gateway.cli.common import columns, in_language, read_site
from gateway.cli.local import LocalError, find
from gateway.cli.options import JSON, SITE
from gateway.config.site_file import EdgeSite
from gateway.web.firmware.routes import FirmwareView


class _Status(msgspec.Struct):
    updates: list[UpdateView]
    history: list[AuditEntry]


@click.command()
@SITE
@click.option("--last", type=click.IntRange(0, 1000), default=10, show_default=True, help="How many ended updates to list.")
@JSON
def command(site: Path, last: int, *, as_json: bool) -> None:
    r"""Show the updates of a gateway's devices that are under way, wait or were interrupted, and the last that ended.

    One that was interrupted goes on by itself if the gateway runs, else with 'firmware flash'; one that was stopped, only with that.

    \b
    firmware status site.yaml
    firmware status site.yaml --last 100 --json
    """
    loaded = read_site(site)
    state = Path(loaded.site.state) if loaded.site.state else Path(loaded.site.journal.path).parent
    updates = [view for view in _views(loaded.edge, state) if view.phase not in ENDED or view.stuck]
    found = _Status(updates, AuditFile(state).last(last))
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    for view in found.updates:
        click.echo(said_view(view))
    if not found.updates:
        click.echo(in_language("no update is under way", "nessun aggiornamento in corso"))
    if found.history:
        click.echo()
        for line in columns([_head(), *map(_row, found.history)]):
            click.echo(line)


def _views(edge: EdgeSite | None, state: Path) -> list[UpdateView]:
    """Return the views of the running gateway, which knows rates; else those of the records on disk."""
    local = find(edge) if edge is not None else None
    if local is not None:
        try:
            return local.get("/api/firmware/state", FirmwareView).updates
        except (LocalError, OSError, HTTPException):
            pass  # it stops just now; what is on disk is as good
    return [stored_view(record) for record in UpdateFiles(state).unfinished()]


def _head() -> tuple[str, ...]:
    return (
        in_language("ended", "finito"),
        in_language("device", "dispositivo"),
        in_language("version", "versione"),
        in_language("result", "esito"),
        in_language("by", "da"),
        in_language("why", "perché"),
    )


def _row(entry: AuditEntry) -> tuple[str, ...]:
    versions = f"{entry.from_version or '?'} -> {entry.read_back or entry.to_version or '?'}"
    why = in_language(entry.reason.en, entry.reason.it) if entry.reason is not None else ""
    return entry.ended[:19] + "Z", entry.device, versions, in_language(*RESULTS[entry.result]), entry.by, why
