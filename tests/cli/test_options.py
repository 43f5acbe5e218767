"""Options that several commands share."""

import time

import click
import pytest
from click.testing import CliRunner, Result

from gateway.cli.options import since

HOUR_MS = 3_600_000


def run(*arguments: str, default: str | int | None = None) -> Result:
    @click.command()
    @since(default)
    def command(since_ms: int) -> None:
        click.echo(since_ms)

    return CliRunner().invoke(command, arguments)


@pytest.mark.parametrize(("text", "ago_ms"), [("6h", 6 * HOUR_MS), ("2d", 48 * HOUR_MS)])
def test_a_period_can_start_some_time_ago(text: str, ago_ms: int) -> None:
    before_ms = time.time_ns() // 1_000_000 - ago_ms
    found_ms = int(run("--since", text).output)
    assert before_ms <= found_ms <= time.time_ns() // 1_000_000 - ago_ms


@pytest.mark.parametrize("text", ["2026-11-23T02:15:20", "2026-11-23T02:15:20Z", "2026-11-23T03:15:20+01:00"])
def test_a_period_can_start_at_a_time_which_is_in_utc_without_a_zone(text: str) -> None:
    assert run("--since", text).output == "1795400120000\n"


@pytest.mark.parametrize("text", ["soon", "30", "0h", "10 parsecs", "2026-13-01"])
def test_other_text_is_an_error_that_says_what_to_write(text: str) -> None:
    done = run("--since", text)
    assert done.exit_code == 2
    assert f"'{text}' is not a time; write how long ago (6h, 2d) or when (2026-11-26T18:00)" in done.output


def test_without_a_default_the_option_is_required() -> None:
    assert "Missing option '--since'" in run().output
    assert run(default=0).output == "0\n"


def test_the_help_shows_a_default_that_is_a_time() -> None:
    assert "[default: 1d]" in run("--help", default="1d").output
    assert "default" not in run("--help", default=0).output
