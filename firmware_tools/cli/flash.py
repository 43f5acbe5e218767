"""`firmware flash`: the firmware of one device, from a repository to the version read back."""

import asyncio
import sys
from pathlib import Path
from typing import NamedTuple

import click
import msgspec

from firmware_tools.cli.flash_output import FlashPrinter, print_plan, said_end
from firmware_tools.flash.preparation.plan import FlashPlan
from firmware_tools.flash.progress import UpdateView
from gateway.cli.common import fail, find_device, in_language, read_site
from gateway.cli.local import find
from gateway.cli.options import DEVICE, DRY_RUN, JSON, SITE
from gateway.config.site_file import LoadedSite
from gateway.host.machine import person
from gateway.host.stopping import stop_at_signals
from gateway.web.firmware.routes import LARGEST_IMAGE_BYTES, FlashAsk

GOES_ON, PAUSED = 3, 130
"""Exit codes of an update that did not come to its end and goes on when it is asked for again: it was interrupted, or stopped by Ctrl-C."""

_END_S = 90.0
"""After a stop, the process ends within so long, whatever hangs: no call of a driver takes longer."""


class Attempt(NamedTuple):
    """What came of an attempt: the plan of a dry run, or the last view of the update."""

    plan: FlashPlan | None = None
    view: UpdateView | None = None


@click.command()
@SITE
@DEVICE
@click.option("--version", metavar="VERSION", help="Version to install; by default, the newest, or that of an update that has not ended.")
@click.option(
    "--image", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="File to install that no repository has signed."
)
@click.option("--reinstall", is_flag=True, help="Install the version also if the device has it.")
@click.option("--older", is_flag=True, help="Install the version also if the device has a newer one.")
@click.option("--exclusive", is_flag=True, help="Leave the line's other devices alone meanwhile, if the bootloader needs that.")
@DRY_RUN
@JSON
def command(
    site: Path,
    device: str,
    version: str | None,
    image: Path | None,
    *,
    reinstall: bool,
    older: bool,
    exclusive: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    r"""Update the firmware of a device, verify it and read its version back.

    The image comes from the repository that the site file names, and is sent only to a device of its model and hardware revision. If the
    gateway runs, it does the update on its own line, in a share of the line's time (`firmware: {share: …}`), and goes on reading the other
    devices; else this command opens the line. Ctrl-C stops between two chunks. The same command goes on where an update was stopped, or
    interrupted by a cut link, a kill or a power cut, and rescues a device that was left in its bootloader.

    Exits with 0 if the device runs the version, 1 if the update was refused or has failed, 3 if it was interrupted and goes on when asked
    for again, 130 after Ctrl-C. --json prints one JSON object a line: how far it is, and in the end the result.

    \b
    firmware flash site.yaml relay-1 --dry-run
    firmware flash site.yaml relay-1
    firmware flash site.yaml relay-1 --version 1.22.6 --older
    firmware flash site.yaml relay-1 --image bench.wbfw --json
    """
    loaded = read_site(site)
    find_device(loaded, device)
    ask = FlashAsk(device=device, by=person(), version=version, reinstall=reinstall, older=older, exclusive=exclusive)
    if image is not None:
        ask = _with_image(ask, image, loaded)
    printer = FlashPrinter(as_json=as_json)
    attempt = asyncio.run(_attempt(loaded, ask, printer, dry_run=dry_run))
    printer.clear()
    if attempt.plan is not None:
        print_plan(attempt.plan, as_json=as_json)
        sys.exit(0 if attempt.plan.obstacle is None else 1)
    if attempt.view is not None:
        _end(attempt.view, f"firmware flash {site} {device}", as_json=as_json)


def _with_image(ask: FlashAsk, file: Path, loaded: LoadedSite) -> FlashAsk:
    """Return the wish with the content of a file, if the site accepts files that nobody has signed."""
    if not loaded.site.firmware.unsigned:
        fail(
            in_language(
                f"--image: nobody has signed {file}, and the site file does not allow that: add it to a repository ('firmware repo add'),"
                " or, on a test bench, set 'firmware: {unsigned: true}'",
                f"--image: nessuno ha firmato {file}, e il file del sito non lo permette: aggiungilo a un repository ('firmware repo"
                " add'), o, su un banco di prova, scrivi 'firmware: {unsigned: true}'",
            )
        )
    if ask.version is not None:
        fail(in_language("--version is for images of a repository", "--version è per le immagini di un repository"))
    if file.stat().st_size > LARGEST_IMAGE_BYTES:
        fail(in_language(f"{file} is larger than any firmware", f"{file} è più grande di qualsiasi firmware"))
    return msgspec.structs.replace(ask, image=file.read_bytes(), image_name=file.name)


async def _attempt(loaded: LoadedSite, ask: FlashAsk, printer: FlashPrinter, *, dry_run: bool) -> Attempt:
    """Let the running gateway update the device, or do it here."""
    stop = asyncio.Event()
    with stop_at_signals(stop, _END_S):
        local = find(loaded.edge) if loaded.edge is not None else None
        if local is not None:
            from firmware_tools.cli.flash_by_gateway import flash_by_gateway, plan_by_gateway

            if dry_run:
                return Attempt(plan=await plan_by_gateway(local, ask))
            return Attempt(view=await flash_by_gateway(local, ask, printer, stop))
        from firmware_tools.cli.flash_here import flash_here, plan_here

        if dry_run:
            return Attempt(plan=await plan_here(loaded, ask))
        return Attempt(view=await flash_here(loaded, ask, printer, stop))


def _end(view: UpdateView, again: str, *, as_json: bool) -> None:
    """Print how the attempt ended, and end with its exit code."""
    reason = in_language(view.reason.en, view.reason.it) if view.reason is not None else ""
    if view.result in ("succeeded", "unchanged"):
        if not as_json:
            click.echo(said_end(view))
        return
    if view.result == "paused":
        click.echo(f"firmware: {in_language('stopped; go on with', 'fermato; riprendi con')} '{again}'", err=True)
        sys.exit(PAUSED)
    if view.result == "interrupted":
        click.echo(f"firmware: {reason}; {in_language('go on with', 'riprendi con')} '{again}'", err=True)
        sys.exit(GOES_ON)
    fail(reason)
