"""`gateway situation token`: issue or withdraw the token of a program."""

from pathlib import Path

import click

from gateway.cli.common import fail
from gateway.cli.options import SITE
from gateway.cli.situation.common import tokens_file
from gateway.config.problems import suggest
from gateway.host import clock
from gateway.host.files import SecretError
from gateway.web.situation.tokens import TokenRole, is_token_name

_DAY_MS = 86_400_000


@click.command()
@SITE
@click.argument("organisation")
@click.argument("name")
@click.option("--role", type=click.Choice(["reader", "editor"]), default="reader", help="What the program may do; by default, only read.")
@click.option("--days", type=click.IntRange(1, 3660), help="The token expires after so many days; by default, never.")
@click.option("--withdraw", is_flag=True, help="Withdraw the token; what the program follows ends within a second.")
def command(site: Path, organisation: str, name: str, role: TokenRole, days: int | None, *, withdraw: bool) -> None:
    r"""Issue a token for the program NAME of ORGANISATION, and print it: programs send it to the API as a bearer token.

    It is shown this once: the file of tokens contains its hash. A new token replaces the one that the program has. An `editor` publishes,
    changes and answers for its organisation. Run this as root or as the user of the Situation Room.

    \b
    gateway situation token centre.yaml publiacqua works-office --role editor
    gateway situation token centre.yaml publiacqua works-office --withdraw
    """
    tokens, file, organisations = tokens_file(site)
    if not withdraw and organisation not in organisations:
        fail(f"unknown organisation '{organisation}'; {suggest(organisation, organisations)}")
    if not is_token_name(name):
        fail(f"'{name[:80]}' can't be the name of a program: use up to 63 of a-z, 0-9 and -")
    now_ms = clock.now_ms()
    try:
        if withdraw:
            tokens.withdraw(organisation, name)
            return
        click.echo(tokens.issue(organisation, name, role, now_ms, None if days is None else now_ms + days * _DAY_MS))
    except KeyError:
        fail(f"{organisation} has no token '{name}' in {file}; 'gateway situation tokens {site}' lists them")
    except (SecretError, ValueError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"cannot write {file}: {error.strerror}; run this as root or as the user of the Situation Room")
