"""`gateway profiles test`: profiles tested against their worked examples."""

import sys
from pathlib import Path

import click
import msgspec

from gateway.cli.common import NAMES, fail
from gateway.cli.options import JSON
from gateway.config.problems import ConfigError, suggest
from gateway.config.profile_library import ProfileLibrary, load_profile
from gateway.model.profile import Profile
from gateway.profile_check.library_test import LibraryResult


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME|FILE]...")
@JSON
def command(names: tuple[str, ...], *, as_json: bool) -> None:
    r"""Test profiles (names from the library, or files; by default the whole library) against their worked examples.

    Builds requests and decodes responses byte for byte, and compares values to the last digit. Also checks that the read plan
    covers every point, in reads that the product accepts. Exits with 1 if a test fails.

    \b
    gateway profiles test
    gateway profiles test eastron_sdm630 my_meter.yaml
    gateway profiles test --json
    """
    library = ProfileLibrary()
    result = LibraryResult()
    for name in names or library.names:
        try:
            profile = _read(name, library)
        except ConfigError as error:
            result.add_invalid(name, map(str, error.problems))
        else:
            result.add_profile(name, profile)
    if as_json:
        click.echo(msgspec.json.encode(result))
    else:
        for failure in result.failed:
            click.secho(f"{failure.profile}: {failure.what}: {failure.why}", fg="red")
        click.echo(
            f"{result.profiles} profiles, {result.examples} examples ({result.constructed} of them constructed), {result.failures} failures"
        )
    sys.exit(1 if result.failures else 0)


def _read(name: str, library: ProfileLibrary) -> Profile:
    if name.endswith((".yaml", ".yml")):
        return load_profile(Path(name))
    if name not in library.names:
        fail(f"unknown profile '{name}'; {suggest(name, library.names, otherwise=NAMES)}")
    return library.get(name)
