"""`python -m tests.dashboards.schema`: hold the committed dashboards against the schema of Grafana. Needs Go.

The schema is that of the grafana-foundation-sdk (Apache 2.0), which Grafana generates from its own. It calls fields required that have a
default, so all are written.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import dashboards

HERE = Path(__file__).parent


def main() -> int:
    """Run the checker on every dashboard; return its exit code."""
    go = shutil.which("go")
    if go is None:
        print("the program 'go' is missing; install Go 1.24 or newer", file=sys.stderr)
        return 2
    boards = sorted(str(path.resolve()) for path in Path(dashboards.__file__).parent.glob("??/*.json"))
    return subprocess.run([go, "run", ".", *boards], cwd=HERE, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
