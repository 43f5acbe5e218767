"""The dashboards that are published. Pure."""

from typing import Any

import dashboards.boards  # noqa: F401 — registers them
from dashboards.documents import BoardLanguage
from dashboards.publish.endpoints import without_numbers
from dashboards.registry import BOARDS


def dashboards_in(language: BoardLanguage) -> list[dict[str, Any]]:
    """Return the dashboards in a language, without what Grafana numbers."""
    return [without_numbers(board.render(language)) for board in BOARDS]
