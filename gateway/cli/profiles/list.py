"""`gateway profiles list`: the products of the library."""

from collections import Counter
from collections.abc import Sequence
from typing import get_args

import click
import msgspec

from gateway.cli.common import columns, print_problems
from gateway.cli.options import JSON
from gateway.config.problems import ConfigError
from gateway.config.profile_library import ProfileLibrary
from gateway.model.profile import Profile, ProfileKind


class Listed(msgspec.Struct):
    """One product as it is listed."""

    name: str
    kind: str
    vendor: str
    model: str
    transport: str
    points: int
    examples: int
    confidence: str
    uncertain: int
    sources: list[str]


@click.command()
@click.option("--kind", type=click.Choice(get_args(ProfileKind)), help="Only products of one kind.")
@JSON
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the page docs/devices.md.")
def command(kind: str | None, *, as_json: bool, as_markdown: bool) -> None:
    r"""List the products of the library, with their number by kind.

    \b
    gateway profiles list
    gateway profiles list --kind traffic
    gateway profiles list --json
    """
    library = ProfileLibrary()
    try:
        profiles = [library.get(name) for name in library.names]
    except ConfigError as error:
        print_problems(error.problems)
    found = sorted((_listed(one) for one in profiles if kind in (None, one.kind)), key=lambda one: (one.kind, one.vendor, one.name))
    if as_json:
        click.echo(msgspec.json.encode(found))
    elif as_markdown:
        click.echo(page(found), nl=False)
    else:
        _print(found)


def _listed(profile: Profile) -> Listed:
    uncertain = len(profile.uncertain) + sum(point.uncertain is not None for point in profile.points)
    return Listed(
        profile.profile,
        profile.kind,
        profile.vendor,
        profile.model,
        transport_of(profile),
        len(profile.points),
        len(profile.examples),
        profile.confidence,
        uncertain,
        [source.ref for source in profile.sources],
    )


def transport_of(profile: Profile) -> str:
    """Say how a product is spoken to."""
    return "Modbus" if profile.modbus else "UMB" if profile.umb else "text lines" if profile.text else "binary frames"


def _print(found: Sequence[Listed]) -> None:
    rows = [("kind", "name", "vendor", "model", "speaks", "points", "confidence")]
    rows += [(one.kind, one.name, one.vendor, _short(one.model), one.transport, str(one.points), one.confidence) for one in found]
    for line in columns(rows, right=(5,)):
        click.echo(line)
    counted = Counter(one.kind for one in found)
    click.echo(f"\n{len(found)} products: " + ", ".join(f"{number} {kind}" for kind, number in sorted(counted.items())))


def _short(model: str) -> str:
    return model if len(model) <= 40 else model[:39] + "…"


_HEAD = """# Supported devices

Made by `gateway profiles list --markdown`; a test holds it to the library. *Confidence* is how sure the sources are: several that agree
are high, one alone is medium at the best. *Uncertain* counts the facts that no source confirms; `gateway profiles show NAME` names
them, and they are to be checked on the device.

"""


def page(found: Sequence[Listed]) -> str:
    """Give the page of supported devices."""
    counted = Counter(one.kind for one in found)
    text = _HEAD + "| kind | products |\n| --- | ---: |\n"
    text += "".join(f"| [{kind}](#{kind}) | {number} |\n" for kind, number in sorted(counted.items())) + f"| all | {len(found)} |\n"
    for kind in sorted(counted):
        text += f"\n## {kind}\n\n| vendor | model | profile | speaks | points | examples | confidence | uncertain | sources |\n"
        text += "| --- | --- | --- | --- | ---: | ---: | --- | ---: | --- |\n"
        for one in found:
            if one.kind == kind:
                sources = "; ".join(one.sources).replace("|", "\\|")
                text += f"| {one.vendor} | {one.model} | `{one.name}` | {one.transport} | {one.points} | {one.examples} "
                text += f"| {one.confidence} | {one.uncertain or ''} | {sources} |\n"
    return text
