"""`gateway profiles list`: the products in the library."""

from collections.abc import Sequence
from typing import get_args

import click
import msgspec

from gateway.cli.common import columns, print_problems
from gateway.cli.options import JSON
from gateway.config.problems import ConfigError
from gateway.config.profile_library import ProfileLibrary
from gateway.model.profile import ProfileKind
from gateway.profile_check.catalogue import CatalogueEntry, catalogue, count_by_kind, devices_page

_LONGEST_MODEL = 40


@click.command()
@click.option("--kind", type=click.Choice(get_args(ProfileKind)), help="List only products of this kind.")
@JSON
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the page docs/devices.md.")
def command(kind: str | None, *, as_json: bool, as_markdown: bool) -> None:
    r"""List the products in the library, and count them by kind.

    \b
    gateway profiles list
    gateway profiles list --kind traffic
    gateway profiles list --json
    """
    library = ProfileLibrary()
    try:
        entries = catalogue((library.get(name) for name in library.names), kind)
    except ConfigError as error:
        print_problems(error.problems)
    if as_json:
        click.echo(msgspec.json.encode(entries))
    elif as_markdown:
        click.echo(devices_page(entries), nl=False)
    else:
        _print(entries)


def _print(entries: Sequence[CatalogueEntry]) -> None:
    rows = [("kind", "name", "vendor", "model", "speaks", "points", "confidence")]
    rows += [(one.kind, one.name, one.vendor, _short(one.model), one.transport, str(one.points), one.confidence) for one in entries]
    for line in columns(rows, right=(5,)):
        click.echo(line)
    click.echo(f"\n{len(entries)} products: " + ", ".join(f"{number} {kind}" for kind, number in count_by_kind(entries).items()))


def _short(model: str) -> str:
    return model if len(model) <= _LONGEST_MODEL else model[: _LONGEST_MODEL - 1] + "…"
