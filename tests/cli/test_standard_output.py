"""Commands whose output is read by `head`."""

import subprocess
import sys

import pytest

PRINTS = (
    "import click; from gateway.cli.standard_output import leave_with_the_reader; leave_with_the_reader()\n"
    "try:\n"
    "    while True: click.echo({content})\n"
    "except OSError as error: click.echo(f'can not be read: {{error}}', err=True)\n"
)


@pytest.mark.parametrize("content", ["'a line'", "b'bytes'"])
def test_a_command_ends_quietly_if_the_reader_of_its_output_ends_first(content: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PRINTS.format(content=content)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().strip() in ("a line", "bytes")
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(60) == 141


def test_output_arrives_whole_and_in_its_encoding() -> None:
    code = "import click; from gateway.cli.standard_output import leave_with_the_reader; leave_with_the_reader(); "
    code += "click.echo('città'); click.echo(b'x' * 100000); print('end')"
    done = subprocess.run([sys.executable, "-X", "utf8", "-c", code], capture_output=True, timeout=60, check=True)
    assert done.stdout == "città\n".encode() + b"x" * 100000 + b"\nend\n"
