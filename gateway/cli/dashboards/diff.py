"""`gateway dashboards diff`: how Grafana differs."""

import sys
from pathlib import Path

import click
import msgspec

from gateway.cli.dashboards.common import LEFT_ALONE, connected, grafana_site, json_of, print_steps, wanted
from gateway.cli.options import JSON, SITE


@click.command()
@SITE
@JSON
def command(site: Path, *, as_json: bool) -> None:
    r"""Show how SITE's Grafana differs from what 'gateway dashboards push' would bring there. Nothing is changed.

    Exit code: 0 if nothing differs, 3 if something does, 1 after an error.

    \b
    gateway dashboards diff centre.yaml
    gateway dashboards diff centre.yaml --json
    """
    from dashboards.publish.plan import PublishVerb
    from dashboards.publish.publisher import Publisher

    described = grafana_site(site)
    with connected(described.grafana) as api:
        steps = Publisher(api, described.name, wanted(described)).plan()
    if as_json:
        click.echo(msgspec.json.encode([json_of(step, done=False) for step in steps]))
    else:
        print_steps(steps, would=True)
    sys.exit(LEFT_ALONE if any(step.verb is not PublishVerb.KEEP for step in steps) else 0)
