"""`gateway run` in a process that kills itself at the n-th step of a change of its configuration: `killed_gateway N site.yaml`."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from gateway.cli import main
from gateway.staging.configuration import Configuration
from tests.staging.kill_points import KillPoints


def run(at: int, site: str) -> None:
    """Run the gateway."""
    points = KillPoints(at)

    def armed(method: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            with points.armed():
                return method(*args, **kwargs)

        return counted

    with points.installed(), ExitStack() as patches:
        for name in ("stage", "apply", "confirm", "undo"):
            patches.enter_context(patch.object(Configuration, name, armed(getattr(Configuration, name))))
        main(["run", site])


if __name__ == "__main__":
    run(int(sys.argv[1]), sys.argv[2])
