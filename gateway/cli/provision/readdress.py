"""`gateway provision readdress`: a new Modbus address for a device, in the device and in the site file."""

import asyncio
import sys
from pathlib import Path

import click
import msgspec

from gateway.cli.common import fail, find_device, gateway_failed, in_language, read_site
from gateway.cli.local import LocalError, LocalGateway, find
from gateway.cli.options import DEVICE, JSON, SITE
from gateway.cli.provision.common import GATEWAY_S, changed, confirm, in_terminal_language, write_site
from gateway.config.text_file import read_text
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.guarded_driver import DriverFault
from gateway.fieldbus.line_factory import lone_driver
from gateway.fieldbus.wire.port import WireError
from gateway.host import clock
from gateway.model.site.lines import LineSettings
from gateway.provision.commission.readdress import ReaddressError, ReaddressPlan, ReaddressResult, plan_readdress, sentence_of
from gateway.provision.commission.readdressing import readdress
from gateway.provision.findings import Sentence
from gateway.staging.yaml_edit import change_device
from gateway.web.technician.commission_routes import ReaddressAsk, ReaddressView

_WRITTEN = (ReaddressResult.DONE, ReaddressResult.AFTER_RESTART)


class _Result(msgspec.Struct, kw_only=True):
    """The JSON output: what would be or was written, and how it ended; None if nothing was written."""

    preview: Sentence
    result: ReaddressResult | None
    sentence: Sentence | None


@click.command()
@SITE
@DEVICE
@click.option("--to", "new", type=int, required=True, metavar="UNIT", help="The new address.")
@click.option("--from", "old", type=click.IntRange(1, 247), metavar="UNIT", help="The present address, if it is not the site file's.")
@click.option("--yes", is_flag=True, help="Write without a question.")
@JSON
def command(site: Path, device: str, new: int, old: int | None, *, yes: bool, as_json: bool) -> None:
    r"""Change the Modbus address of DEVICE, where its profile says how, and its 'unit' in SITE.

    Shows exactly what would be written, and asks. Then checks that nobody is at the new address, writes it, and reads it back
    there. If two devices have the present address, disconnect one first. A running gateway does it between two polls.
    Exit code 1 unless the device has the new address.

    \b
    gateway provision readdress site.yaml qe-041-relay --to 12
    gateway provision readdress site.yaml qe-041-relay --from 1 --to 12 --yes
    """
    loaded, text = read_site(site), read_text(site)
    line, bound = find_device(loaded, device)
    bound = bound._replace(unit=old) if old is not None else bound
    taken = {one.unit for one in line.devices if one.id != device and one.unit is not None}
    try:
        plan = plan_readdress(bound, new, taken)
        # Before anything is sent: a device whose new address the site file can't have would be lost.
        change = changed(loaded, text, change_device(text, device, {"unit": new}))
        if not as_json:
            click.echo(in_terminal_language(plan.preview))
        if as_json and not yes:
            click.echo(msgspec.json.encode(_Result(preview=plan.preview, result=None, sentence=None)))
            return
        confirm(Sentence("Write this to the device?", "Scrivere questo nel dispositivo?"), yes=yes)
        local = find(loaded.edge) if loaded.edge is not None else None
        result = asyncio.run(_changed(line, bound, plan)) if local is None else _by_gateway(local, device, plan)
    except ReaddressError as error:
        fail(in_terminal_language(error.sentence))
    except WireError as error:
        fail(in_language(str(error), error.italian))
    except DriverFault as error:
        fail(gateway_failed(error))
    sentence = sentence_of(result, plan)
    if as_json:
        click.echo(msgspec.json.encode(_Result(preview=plan.preview, result=result, sentence=sentence)))
    else:
        click.secho(in_terminal_language(sentence), fg="green" if result is ReaddressResult.DONE else "red")
    if result in _WRITTEN and change.difference:
        write_site(site, text, change)
    sys.exit(0 if result is ReaddressResult.DONE else 1)


def _by_gateway(local: LocalGateway, device: str, plan: ReaddressPlan) -> ReaddressResult:
    """Let the running gateway change the address between two polls."""
    wanted = ReaddressAsk(device=device, new=plan.new, old=plan.old, write=True)
    try:
        done = local.within(GATEWAY_S).post("/api/commission/readdress", wanted, ReaddressView)
    except (LocalError, OSError) as error:
        fail(str(error))
    return done.result or ReaddressResult.LOST


async def _changed(line: LineSettings, bound: BoundDevice, plan: ReaddressPlan) -> ReaddressResult:
    driver = lone_driver(line, bound, clock.now_ms)
    try:
        return await readdress(driver.execute, plan)
    finally:
        driver.close()
