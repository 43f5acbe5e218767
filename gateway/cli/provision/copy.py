"""`gateway provision copy`: the same device several times."""

from pathlib import Path

import click
import msgspec

from gateway.cli.common import fail, in_language, read_site
from gateway.cli.options import DEVICE, JSON, SITE
from gateway.cli.provision.common import changed, confirm, print_change, write_site
from gateway.config.text_file import read_text
from gateway.provision.commission.additions import CopyError, all_added, copies
from gateway.provision.commission.naming import asset_of
from gateway.provision.commission.site_change import SiteChange
from gateway.provision.findings import Sentence
from gateway.provision.italian import in_italian
from gateway.staging.yaml_spans import EditError


class _Result(msgspec.Struct, kw_only=True):
    """The JSON output: the names of the copies, the change of the site file, and whether it was written."""

    devices: list[str]
    change: SiteChange
    written: bool


@click.command()
@SITE
@DEVICE
@click.option("--times", type=click.IntRange(1, 246), default=1, show_default=True, help="How many copies.")
@click.option("--unit", type=click.IntRange(1, 247), help="Address of the first copy; by default, the one after the device's.")
@click.option("--assets", help="Assets of the copies, separated by commas; by default, their names are counted up.")
@click.option("--yes", is_flag=True, help="Write without a question.")
@JSON
def command(site: Path, device: str, times: int, unit: int | None, assets: str | None, *, yes: bool, as_json: bool) -> None:
    r"""Copy DEVICE of SITE on its line. Addresses and names are counted up, and those that are taken left out.

    Shows the change of the site file and of the line's load, and asks before it writes.

    \b
    gateway provision copy site.yaml pl-0117-lamp --times 5
    gateway provision copy site.yaml qe-041-meter --assets qe-050,qe-051 --times 2 --unit 20 --yes
    """
    loaded, old = read_site(site), read_text(site)
    try:
        named = [asset_of(one) for one in assets.split(",")] if assets else []
        additions = copies(loaded.site, device, times, unit=unit, assets=named)
        change = changed(loaded, old, all_added(old, loaded.site, additions))
    except (CopyError, EditError, ValueError) as error:
        fail(in_language(str(error), in_italian(error)))
    if not as_json:
        print_change(change)
    if yes or not as_json:
        confirm(Sentence("Write this?", "Scrivere?"), yes=yes)
        write_site(site, old, change)
    if as_json:
        click.echo(msgspec.json.encode(_Result(devices=[one.device.id for one in additions], change=change, written=yes)))
