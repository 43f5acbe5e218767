"""`gateway config apply`: change to a new configuration, on trial."""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from gateway.cli.common import fail, in_language, read_site
from gateway.cli.config.common import Target, checked, difference_views, failing, new_text, print_differences, print_refused, require_folder
from gateway.cli.local import LocalGateway, find
from gateway.cli.options import JSON, SITE
from gateway.staging.configuration import Terms
from gateway.staging.single_line import only_lines
from gateway.web.technician.config_routes import AppliedLines, ConfigurationView, DifferenceView, StagedText, StagedView, TrialView


class _Applied(msgspec.Struct):
    """What was applied, as printed; `left_s` is how long it may wait for its confirmation, None if it needs none."""

    differences: list[DifferenceView]
    left_s: float | None


@click.command()
@SITE
@click.argument("new", type=click.Path(path_type=Path), required=False)
@click.option("--line", "lines", multiple=True, metavar="NAME", help="Only what changes this line; the rest stays staged. May be repeated.")
@click.option("--why", default="", metavar="TEXT", help="The reason, for the log.")
@JSON
def command(site: Path, new: Path | None, *, lines: Sequence[str], why: str, as_json: bool) -> None:
    r"""Replace the site file SITE by the file NEW, or, without NEW, by what is staged.

    A running gateway changes at once and without a restart; confirm it within five minutes, or it is undone. If no gateway runs,
    the file is changed for good. Comments and order of NEW are kept. Exits with 1 if NEW can't be applied, and then changes nothing.

    \b
    gateway config apply site.yaml new.yaml --why "meter 7 replaced"
    gateway config apply site.yaml new.yaml --json
    gateway config apply site.yaml --line street
    """
    if len(why) > 200:
        fail("the reason is longer than 200 characters: shorten it")
    target = Target(site)
    text, local = new_text(new) if new is not None else None, find(target.edge)
    with failing():
        if local is not None:
            done = _on_the_gateway(local, text, AppliedLines(why, list(lines)), str(new or site))
        else:
            done = _in_the_file(target, text, AppliedLines(why, list(lines)), new or site)
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


def _on_the_gateway(local: LocalGateway, text: str | None, wanted: AppliedLines, name: str) -> _Applied:
    if text is None:
        staged = local.get("/api/config", ConfigurationView).staged or StagedView("", [], "", [])
    else:
        staged = local.post("/api/config/stage", StagedText(text), StagedView)
    if staged.problems and not wanted.lines:
        print_refused(staged.problems, name)
    trial = local.post("/api/config/apply", wanted, TrialView)
    left = local.get("/api/config", ConfigurationView).staged
    return _Applied([one for one in staged.differences if left is None or one not in left.differences], trial.left_s)


def _in_the_file(target: Target, text: str | None, wanted: AppliedLines, name: Path) -> _Applied:
    require_folder(target)
    configuration = target.configuration
    whole = configuration.staged_text() if text is None else text
    changed = checked(whole, name)
    configuration.recover()
    part = only_lines(configuration.store.site_text(), whole, wanted.lines)
    if part != whole and text is not None:
        configuration.stage(whole, "technician")
    found = difference_views(read_site(target.file), checked(part, name) if part != whole else changed)
    configuration.apply(part, Terms("technician", wanted.why, confirms="nothing"), keep_staged=part != whole)
    return _Applied(found, None)
