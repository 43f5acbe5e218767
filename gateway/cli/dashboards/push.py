"""`gateway dashboards push`: brings dashboards, alert rules and contacts into Grafana."""

import sys
from pathlib import Path

import click
import msgspec

from gateway import __version__
from gateway.cli.dashboards.common import LEFT_ALONE, connected, grafana_site, json_of, print_steps, wanted
from gateway.cli.options import DRY_RUN, JSON, SITE

_MESSAGE = f"gateway dashboards push, version {__version__}"


@click.command()
@SITE
@DRY_RUN
@click.option("--force", is_flag=True, help="Also overwrite what somebody changed in Grafana.")
@JSON
def command(site: Path, *, dry_run: bool, force: bool, as_json: bool) -> None:
    r"""Bring the dashboards, alert rules, contact points and their policy, and the data source of SITE into its Grafana.

    Running it again changes nothing. What somebody changed in Grafana since the last push is listed and left alone, unless --force is
    given; 'gateway dashboards pull' writes it to files. What is of others, such as their routes of notifications, stays as it is.

    Exit code: 0 if all is as it should be, 3 if something was left alone, 1 after an error.

    \b
    gateway dashboards push centre.yaml --dry-run
    gateway dashboards push centre.yaml
    gateway dashboards push centre.yaml --force
    """
    from dashboards.publish.plan import PublishVerb
    from dashboards.publish.publisher import Publisher

    described = grafana_site(site)
    with connected(described.grafana) as api:
        publisher = Publisher(api, described.name, wanted(described))
        steps = publisher.plan(force=force)
        if not dry_run:
            for step in steps:
                publisher.do(step, _MESSAGE)
            publisher.remember(steps, _MESSAGE)
    if as_json:
        changed = (PublishVerb.CREATE, PublishVerb.UPDATE, PublishVerb.DELETE)
        click.echo(msgspec.json.encode([json_of(step, done=not dry_run and step.verb in changed) for step in steps]))
    else:
        print_steps(steps, would=dry_run)
    sys.exit(LEFT_ALONE if any(step.verb is PublishVerb.CONFLICT for step in steps) else 0)
