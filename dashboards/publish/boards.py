"""The dashboards that are published. Pure."""

from typing import Any

from dashboards.documents import BoardLanguage
from dashboards.publish.endpoints import without_numbers
from dashboards.render import BOARDS


def dashboards_in(language: BoardLanguage) -> list[dict[str, Any]]:
    """Return the dashboards in a language, without what Grafana numbers."""
    return [without_numbers(board.render(language)) for board in BOARDS]
