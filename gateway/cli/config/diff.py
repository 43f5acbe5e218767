"""`gateway config diff`: what a new configuration would change."""

from pathlib import Path

import click
import msgspec

from gateway.cli.common import in_language, read_site
from gateway.cli.config.common import Target, checked, difference_views, failing, new_text, print_differences, print_refused
from gateway.cli.local import find
from gateway.cli.options import JSON, SITE
from gateway.edge.configuration.live import problem_view
from gateway.staging.checks import live_problems
from gateway.staging.difference import unified_diff
from gateway.staging.store import hash_of_text
from gateway.web.technician.config_routes import ConfigurationView, StagedView


@click.command()
@SITE
@click.argument("new", type=click.Path(path_type=Path), required=False)
@click.option("--lines", "as_lines", is_flag=True, help="Print the lines of the files that differ, as `diff -u` does.")
@JSON
def command(site: Path, new: Path | None, *, as_lines: bool, as_json: bool) -> None:
    r"""Show in words what the site file NEW would change in SITE, or, without NEW, what is staged on the running gateway.

    Changes nothing. Exits with 1 if NEW can't be applied, and says why.

    \b
    gateway config diff site.yaml new.yaml
    gateway config diff site.yaml new.yaml --lines
    gateway config diff site.yaml --json
    """
    target = Target(site)
    found = _staged(target) if new is None else _compared(target, new)
    if as_json:
        click.echo(msgspec.json.encode(found))
    elif found is None or not (found.differences or found.diff):
        click.echo(in_language("nothing differs", "nessuna differenza"))
    elif as_lines:
        click.echo(found.diff, nl=False)
    else:
        print_differences(found.differences)
        if not found.differences:
            click.echo(in_language("only comments or spaces differ", "cambiano solo commenti o spazi"))
    if found is not None and found.problems:
        print_refused(found.problems, str(new or site))


def _staged(target: Target) -> StagedView | None:
    local = find(target.edge)
    if local is None:
        return None
    with failing():
        return local.get("/api/config", ConfigurationView).staged


def _compared(target: Target, new: Path) -> StagedView:
    text, before = new_text(new), target.configuration.store.site_text()
    after = checked(text, new)
    problems = live_problems(target.edge, after) if find(target.edge) is not None else []
    diff = unified_diff(before, text, target.file.name)
    return StagedView(hash_of_text(text), difference_views(read_site(target.file), after), diff, [problem_view(one) for one in problems])
