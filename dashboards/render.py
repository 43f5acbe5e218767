"""`python -m dashboards.render`: writes the dashboards' JSON, which is committed, beside their code."""

import json
from pathlib import Path

from dashboards import fleet, street
from dashboards.panels import dashboard

FOLDER = Path(__file__).parent


def rendered() -> dict[str, str]:
    """Give every file and its content."""
    made = {
        "street.json": dashboard("street", "Street", street.panels()),
        "fleet.json": dashboard("fleet", "Gateways and centre", fleet.panels()),
    }
    return {name: json.dumps(one, indent=2, sort_keys=True, ensure_ascii=False) + "\n" for name, one in made.items()}


if __name__ == "__main__":
    for name, content in rendered().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
