"""What the commands on Grafana share: the connection, the resources of a site, the lines of a plan."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from gateway.cli.common import fail, read_centre
from gateway.model.site.alarms import WorksSettings
from gateway.model.site.grafana import GrafanaSettings
from gateway.model.site.store import InfluxSettings

if TYPE_CHECKING:
    from dashboards.publish.api import GrafanaApi
    from dashboards.publish.plan import PublishStep
    from dashboards.publish.resource import Resource

_MOST_DIFFERENCES = 10
"""Of a dashboard that a new version changes, hundreds would hide what somebody has changed."""

LEFT_ALONE = 3
"""The exit code if Grafana differs: of `diff` in anything, of `push` in what somebody changed there."""


class GrafanaSite(NamedTuple):
    """A site that has a Grafana."""

    name: str
    grafana: GrafanaSettings
    influx: InfluxSettings
    works: list[WorksSettings]
    time_zone: str


def grafana_site(site: Path) -> GrafanaSite:
    """Return a site with a Grafana, or end with exit code 1."""
    described = read_centre(site)
    centre = described.settings
    if centre.grafana is None or centre.store.influx is None:
        fail(f"{site} has no 'grafana:' under 'centre:'; write its 'url:' and 'token_file:' there")
    return GrafanaSite(described.site, centre.grafana, centre.store.influx, centre.works, described.time_zone)


def wanted(site: GrafanaSite) -> "list[Resource]":
    """Return what a site wants in Grafana, or end with exit code 1 if a secret can't be read."""
    from dashboards.publish.wanted import Secrets, resources
    from gateway.host.files import SecretError, read_secret

    influx = site.influx
    try:
        file = influx.token_file or (influx.login.password_file if influx.login is not None else None)
        webhooks = {
            operator: read_secret(contact.webhook_token_file)
            for operator, contact in site.grafana.contacts.items()
            if contact.webhook_token_file is not None
        }
        secrets = Secrets(read_secret(file) if file else "", Path(influx.ca).read_text(encoding="utf-8") if influx.ca else "", webhooks)
    except (SecretError, OSError) as error:
        fail(str(error))
    return resources(site.grafana, influx, secrets, site.works, site.time_zone)


@contextlib.contextmanager
def connected(grafana: GrafanaSettings) -> "Iterator[GrafanaApi]":
    """Yield a connection to Grafana; end with exit code 1 and a sentence if it can't be used."""
    from dashboards.publish.api import GrafanaAccess, GrafanaApi, GrafanaError
    from gateway.host.files import SecretError

    try:
        api = GrafanaApi(GrafanaAccess(grafana.url, _authorization(grafana), grafana.ca))
        try:
            yield api
        finally:
            api.close()
    except (GrafanaError, SecretError) as error:
        fail(f"Grafana: {error}" if isinstance(error, GrafanaError) else str(error))


def print_steps(steps: "list[PublishStep]", *, would: bool) -> None:
    """Print what happens to each resource, and how many stay as they are; of changes, each difference."""
    from dashboards.publish.plan import PublishVerb

    for step in steps:
        if step.verb is not PublishVerb.KEEP:
            for line in lines_of(step, would=would):
                click.echo(line)
    kept = sum(step.verb is PublishVerb.KEEP for step in steps)
    verb = "are" if would else "were already"
    if kept == len(steps):
        click.echo(f"nothing to do: all {kept} are as they should be")
    else:
        click.echo(f"{kept} of {len(steps)} {verb} as they should be")


def lines_of(step: "PublishStep", *, would: bool) -> Iterator[str]:
    """Return the lines about one step: what happens and why, and the differences in red and green; of a conflict, each of them."""
    from dashboards.publish.plan import PublishVerb

    said = {
        PublishVerb.CREATE: "would create" if would else "created",
        PublishVerb.UPDATE: "would update" if would else "updated",
        PublishVerb.DELETE: "would delete" if would else "deleted",
        PublishVerb.CONFLICT: "left alone",
    }[step.verb]
    why = f" ({step.why})" if step.why else ""
    line = f"{said}: {step.resource.kind} '{step.resource.title}'{why}"
    yield click.style(line, fg="yellow") if step.verb is PublishVerb.CONFLICT else line
    if step.verb in (PublishVerb.UPDATE, PublishVerb.CONFLICT):
        most = len(step.changes) if step.verb is PublishVerb.CONFLICT else _MOST_DIFFERENCES
        for change in step.changes[:most]:
            yield f"  {change.path}"
            yield click.style(f"    - {_short(change.found)}", fg="red")
            yield click.style(f"    + {_short(change.wanted)}", fg="green")
        if len(step.changes) > most:
            yield f"  and {len(step.changes) - most} more; --json lists all"


def json_of(step: "PublishStep", *, done: bool) -> Mapping[str, object]:
    """Return a step as JSON."""
    return {
        "verb": step.verb,
        "kind": step.resource.kind,
        "uid": step.resource.uid,
        "title": step.resource.title,
        "why": step.why,
        "done": done,
        "changes": [change._asdict() for change in step.changes],
    }


def _short(value: object) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 160 else f"{text[:157]}..."


def _authorization(grafana: GrafanaSettings) -> str:
    from base64 import b64encode

    from gateway.host.files import read_secret

    if grafana.token_file is not None:
        return f"Bearer {read_secret(grafana.token_file)}"
    if grafana.login is None:
        fail("'grafana:' has neither 'token_file' nor 'login'")
    pair = f"{grafana.login.user}:{read_secret(grafana.login.password_file)}"
    return f"Basic {b64encode(pair.encode()).decode()}"
