"""`gateway config apply`: change to a new configuration, on trial."""

from pathlib import Path

import click
import msgspec

from gateway.cli.common import fail, in_language, read_site
from gateway.cli.config.common import Target, checked, difference_views, failing, new_text, print_differences, print_refused, require_folder
from gateway.cli.local import LocalGateway, find
from gateway.cli.options import JSON, SITE
from gateway.staging.configuration import Terms
from gateway.web.technician.config_routes import DifferenceView, StagedText, StagedView, TrialView, WantedChange


class _Applied(msgspec.Struct):
    """What was applied, as printed; `left_s` is how long it may wait for its confirmation, None if it needs none."""

    differences: list[DifferenceView]
    left_s: float | None


@click.command()
@SITE
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--why", default="", metavar="TEXT", help="The reason, for the log.")
@JSON
def command(site: Path, new: Path, *, why: str, as_json: bool) -> None:
    r"""Replace the site file SITE by the file NEW.

    A running gateway changes at once and without a restart; confirm it within five minutes, or it is undone. If no gateway runs,
    the file is changed for good. Comments and order of NEW are kept. Exits with 1 if NEW can't be applied, and then changes nothing.

    \b
    gateway config apply site.yaml new.yaml --why "meter 7 replaced"
    gateway config apply site.yaml new.yaml --json
    """
    if len(why) > 200:
        fail("the reason is longer than 200 characters: shorten it")
    target = Target(site)
    text, local = new_text(new), find(target.edge)
    with failing():
        done = _on_the_gateway(local, text, why, new) if local is not None else _in_the_file(target, text, why, new)
    if as_json:
        click.echo(msgspec.json.encode(done))
        return
    print_differences(done.differences)
    if done.left_s is None:
        click.echo(in_language("applied; no gateway runs", "applicata; nessun gateway è attivo"))
        return
    minutes = f"{done.left_s / 60:.0f}"
    click.echo(
        in_language(
            f"applied on trial: confirm it with 'gateway config confirm {site}' within {minutes} minutes, or it is undone",
            f"applicata in prova: confermala con 'gateway config confirm {site}' entro {minutes} minuti, o sarà annullata",
        )
    )


def _on_the_gateway(local: LocalGateway, text: str, why: str, new: Path) -> _Applied:
    staged = local.post("/api/config/stage", StagedText(text), StagedView)
    if staged.problems:
        print_refused(staged.problems, str(new))
    return _Applied(staged.differences, local.post("/api/config/apply", WantedChange(why), TrialView).left_s)


def _in_the_file(target: Target, text: str, why: str, new: Path) -> _Applied:
    require_folder(target)
    found = difference_views(read_site(target.file), checked(text, new))
    target.configuration.recover()
    target.configuration.apply(text, Terms("technician", why, confirms="nothing"))
    return _Applied(found, None)
