"""`gateway provision change`: the interval, the meter and the transformers of a device."""

from pathlib import Path

import click
import msgspec
from msgspec import UNSET

from gateway.cli.common import fail, in_language, read_site
from gateway.cli.options import DEVICE, JSON, SITE, Seconds
from gateway.cli.provision.common import changed, confirm, print_change, write_site
from gateway.config.text_file import read_text
from gateway.provision.commission.device_change import DeviceChange, changed_device
from gateway.provision.commission.site_change import SiteChange
from gateway.provision.findings import Sentence
from gateway.provision.italian import in_italian
from gateway.staging.yaml_spans import EditError


class _Result(msgspec.Struct, kw_only=True):
    """The JSON output: the change of the site file, and whether it was written."""

    change: SiteChange
    written: bool


@click.command()
@SITE
@DEVICE
@click.option("--every", type=Seconds(), metavar="DURATION", help="Interval between two readings, such as 10s; 0s: as often as possible.")
@click.option("--usual", is_flag=True, help="The interval of the product's profile.")
@click.option("--meter", metavar="NUMBER", help="Number of the installed meter; an empty one removes it.")
@click.option("--reversed/--not-reversed", "turned", default=None, help="Whether all current transformers are mounted the wrong way round.")
@click.option("--current-ratio", type=click.FloatRange(0, 100_000, min_open=True), help="Ratio of the current transformers.")
@click.option("--voltage-ratio", type=click.FloatRange(0, 100_000, min_open=True), help="Ratio of the voltage transformers.")
@click.option("--yes", is_flag=True, help="Write without a question.")
@JSON
def command(
    site: Path,
    device: str,
    every: float | None,
    meter: str | None,
    current_ratio: float | None,
    voltage_ratio: float | None,
    *,
    turned: bool | None,
    usual: bool,
    yes: bool,
    as_json: bool,
) -> None:
    r"""Change what SITE says about DEVICE. What is not named stays as it is; so do comments and order.

    Shows the change of the site file and of the line's load, and asks before it writes.

    \b
    gateway provision change site.yaml qe-041-meter --every 10s
    gateway provision change site.yaml qe-041-meter --meter 20431177 --current-ratio 40 --yes
    """
    change = DeviceChange(
        device=device,
        every_s=None if usual else UNSET if every is None else every,
        meter=UNSET if meter is None else meter or None,
        reversed=UNSET if turned is None else turned,
        current_ratio=UNSET if current_ratio is None else current_ratio,
        voltage_ratio=UNSET if voltage_ratio is None else voltage_ratio,
    )
    loaded, old = read_site(site), read_text(site)
    try:
        new = changed_device(old, loaded, change)
    except (EditError, ValueError) as error:
        fail(in_language(str(error), in_italian(error)))
    if new == old:
        fail(
            in_language(
                "nothing changes: name what is to change, for example '--every 10s'",
                "non cambia nulla: indica che cosa cambiare, per esempio '--every 10s'",
            )
        )
    made = changed(loaded, old, new)
    if not as_json:
        print_change(made)
    if yes or not as_json:
        confirm(Sentence("Write this?", "Scrivere?"), yes=yes)
        write_site(site, old, made)
    if as_json:
        click.echo(msgspec.json.encode(_Result(change=made, written=yes)))
