"""`gateway check`: is a site file right?"""

import sys
from pathlib import Path

import click
import msgspec

from gateway.cli.common import SITE
from gateway.config.problems import ConfigError
from gateway.config.site import load_site
from gateway.model.site import Site


@click.command()
@SITE
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(site: Path, *, as_json: bool) -> None:
    r"""Check SITE: every error at once, each with its place and what to write instead. Exit code 1 if there is one.

    \b
    gateway check site.yaml
    gateway check --json site.yaml
    """
    problems, found = [], None
    try:
        found = load_site(site).site
    except ConfigError as error:
        problems = error.problems
    if as_json:
        click.echo(msgspec.json.encode({"ok": not problems, "problems": [problem.as_dict() for problem in problems]}))
    else:
        for problem in problems:
            click.echo(str(problem), err=True)
        if found is not None:
            click.echo(f"{site}: {_summary(found)}")
    sys.exit(1 if problems else 0)


def _summary(site: Site) -> str:
    parts = []
    if site.lines:
        devices = [device for line in site.lines for device in line.devices]
        assets = {asset for device in devices for asset in (device.asset, *device.channels.values()) if asset}
        parts.append(f"gateway {site.gateway} with {len(site.lines)} lines, {len(devices)} devices and {len(assets)} assets")
    if site.centre is not None:
        parts.append(f"centre {site.centre.worker}")
    return "good: " + "; ".join(parts)
