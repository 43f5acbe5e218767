"""`python -m dashboards.render`: writes the dashboards' JSON, which is committed, beside their code."""

import json
from pathlib import Path

from dashboards.street import dashboard

FOLDER = Path(__file__).parent


def rendered() -> dict[str, str]:
    """Give every file and its content."""
    return {"street.json": json.dumps(dashboard(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"}


if __name__ == "__main__":
    for name, content in rendered().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
