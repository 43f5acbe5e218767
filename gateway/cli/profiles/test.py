"""`gateway profiles test`: are profiles what their sources say?"""

import sys
from pathlib import Path

import click
import msgspec

from gateway.cli.common import NAMES, fail
from gateway.cli.options import JSON
from gateway.config.problems import ConfigError, suggest
from gateway.config.profile_library import ProfileLibrary, load_profile
from gateway.model.profile import Profile
from gateway.profile_check.examples import ExampleResult, flaws, prove


class Failure(msgspec.Struct):
    """What does not hold."""

    profile: str
    what: str
    why: str


class Tested(msgspec.Struct):
    """What was tested: `constructed` of the examples were built from the profile's own table, and show the decoder rather than the map."""

    profiles: int = 0
    examples: int = 0
    constructed: int = 0
    failures: int = 0
    failed: list[Failure] = []


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME|FILE]...")
@JSON
def command(names: tuple[str, ...], *, as_json: bool) -> None:
    r"""Hold profiles (names of the library, or files; all of the library where none is given) to their worked examples.

    Requests are built and answers decoded byte for byte, values compared to the last digit. No read may be longer than the product
    takes, and the plan must cover every point. Exit code 1 if something does not hold.

    \b
    gateway profiles test
    gateway profiles test eastron_sdm630 my_meter.yaml
    gateway profiles test --json
    """
    library = ProfileLibrary()
    tested = Tested()
    for name in names or library.names:
        _test(name, library, tested)
    tested.failures = len(tested.failed)
    if as_json:
        click.echo(msgspec.json.encode(tested))
    else:
        for failure in tested.failed:
            click.secho(f"{failure.profile}: {failure.what}: {failure.why}", fg="red")
        click.echo(
            f"{tested.profiles} profiles, {tested.examples} examples ({tested.constructed} of them constructed), {tested.failures} failures"
        )
    sys.exit(1 if tested.failures else 0)


def _test(name: str, library: ProfileLibrary, tested: Tested) -> None:
    tested.profiles += 1
    try:
        profile = _read(name, library)
    except ConfigError as error:
        tested.failed.extend(Failure(name, "the file", str(problem)) for problem in error.problems)
        return
    proofs = prove(profile)
    tested.examples += len(proofs)
    tested.constructed += sum(proof.example.origin == "constructed" for proof in proofs)
    tested.failed.extend(Failure(name, *found) for found in _failed(profile, proofs))


def _read(name: str, library: ProfileLibrary) -> Profile:
    if name.endswith((".yaml", ".yml")):
        return load_profile(Path(name))
    if name not in library.names:
        fail(f"unknown profile '{name}'; {suggest(name, library.names, otherwise=NAMES)}")
    return library.get(name)


def _failed(profile: Profile, proofs: list[ExampleResult]) -> list[tuple[str, str]]:
    found = [(f"example '{proof.example.desc}'", proof.why) for proof in proofs if proof.why is not None]
    if not proofs:
        found.append(("examples", "there is none; take one from the data sheet, or read the device and write down both frames"))
    return found + [("plan", flaw) for flaw in flaws(profile)]
