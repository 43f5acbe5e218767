"""`gateway broker-config`: the broker's listeners and access rules."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click

from gateway.cli.common import fail, in_language, print_problems, read_centre, read_edge, read_site
from gateway.cli.options import DRY_RUN, SITE
from gateway.cli.trust.common import RELOAD
from gateway.config.problems import Problem
from gateway.host.files import SecretError
from gateway.host.mqtt import Broker
from gateway.host.mqtt.session_ending import SessionNotEnded, end_sessions
from gateway.installation.shipped import shipped_folder
from gateway.model.topics import GatewayId
from gateway.trust.access_rules import AccessError, AccessPlan, access_file, grants_of_nothing, narrowed
from gateway.trust.broker_files import ReloadError, difference, reload_broker, replace_file
from gateway.trust.broker_listeners import broker_configuration


@click.command()
@SITE
@click.argument("gateways", nargs=-1, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for the files; by default, 'centre.access.folder'.")
@DRY_RUN
@RELOAD
def command(site: Path, gateways: Sequence[Path], out: Path | None, broker: str | None, *, dry_run: bool) -> None:
    r"""Write mosquitto.conf and mosquitto.acl from 'centre.access' of SITE.

    A gateway gets its own topics, a process of the centre those of its role, a utility what it was granted, an organisation of the
    Situation Room what everybody may see, its inbox and its requests. Nobody else may use the broker.

    With --reload, who may do less than before is disconnected, and what waits for him at the broker is discarded.

    The site files of GATEWAYS, if any are given, add their gateways, and the positions of their assets.

    Files that stay the same are not touched. A file that somebody else made is kept beside the new one, as *.old.

    \b
    gateway broker-config centre.yaml --dry-run
    sudo gateway broker-config centre.yaml --reload systemd
    gateway broker-config centre.yaml gw-0042.yaml gw-0043.yaml --out broker
    """
    plan, made = _made(site, gateways)
    folder = out or Path(plan.access.folder)
    try:
        before = _read(folder / "mosquitto.acl")
        changed = {name for name, content in made.items() if _change(folder / name, content, dry_run=dry_run)}
        for sentence in grants_of_nothing(plan):
            click.echo(f"note: {sentence}", err=True)
        if broker is not None and not dry_run:
            reload_broker(broker)
            click.echo("reloaded: mosquitto")
            _end_sessions(site, narrowed(before, made["mosquitto.acl"]))
    except ReloadError as error:
        fail(in_language(str(error), error.italian))
    except OSError as error:
        fail(str(error))
    if "mosquitto.conf" in changed:
        click.echo("note: mosquitto changes its listeners only when it starts: systemctl restart mosquitto", err=True)


def _made(site: Path, gateways: Sequence[Path]) -> tuple[AccessPlan, dict[str, str]]:
    """Return what the rules follow from, and the contents of the files by name: first the one that the other refers to."""
    loaded = read_site(site)
    centre = loaded.site.centre
    if centre is None or centre.access is None:
        what = "the file does not say who may use the broker"
        instead = "add 'access:' with 'gateways:' to 'centre:'"
        print_problems([loaded.problem("centre", what, instead)])
    edges = [read_edge(path) for path in gateways]
    for path, edge in zip(gateways, edges, strict=True):
        if edge.id.site != loaded.site.site:
            print_problems([Problem(str(path), 1, 1, f"the site is '{edge.id.site}'", f"write '{loaded.site.site}', as in {site}")])
    listed = {GatewayId(loaded.site.site, operator, one) for operator, names in centre.access.gateways.items() for one in names}
    assets = {name: asset for edge in edges for name, asset in edge.assets.items()} | loaded.site.assets
    organisations = frozenset(() if centre.situation is None else centre.situation.organisations)
    plan = AccessPlan(loaded.site.site, centre.access, frozenset(listed | {edge.id for edge in edges}), assets, organisations)
    shipped = (shipped_folder() / "mosquitto.conf").read_text(encoding="utf-8")
    try:
        rules = access_file(plan)
    except AccessError as error:
        fail(str(error))
    return plan, {
        "mosquitto.acl": rules,
        "mosquitto.conf": broker_configuration(shipped, centre, centre.access.listen, centre.access.folder.rstrip("/")),
    }


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def _end_sessions(site: Path, users: Sequence[str]) -> None:
    """End the sessions of users who may do less than before."""
    if not users:
        return
    settings = read_centre(site).settings
    try:
        asyncio.run(end_sessions(Broker(settings.broker, settings.tls, settings.login), users))
    except (SessionNotEnded, SecretError) as error:
        fail(
            in_language(
                f"the rules hold, but what waits for {', '.join(users)} at the broker was not discarded: {error}; restart mosquitto",
                f"le regole valgono, ma ciò che attende {', '.join(users)} sul broker non è stato scartato: {error}; riavviare mosquitto",
            )
        )
    click.echo(f"disconnected: {', '.join(users)}")


def _change(path: Path, content: str, *, dry_run: bool) -> bool:
    """Replace a file if it differs, and say so; return whether it does."""
    found = difference(path, content)
    if not found:
        click.echo(f"unchanged: {path}")
    elif dry_run:
        click.echo(found, nl=False)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = replace_file(path, content)
        click.echo(f"written: {path}" + (f" (the one that somebody else made is now {aside})" if aside else ""))
    return bool(found)
