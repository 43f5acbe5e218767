"""The rules of `centre.situation` that a schema can't express."""

from datetime import date

from yaml import Node

from gateway.config.problems import Problems
from gateway.config.tree_to_struct import entry, key_node
from gateway.model.site import SituationSettings

_LEAP_YEAR = 2028


def check_situation(settings: SituationSettings, node: Node, problems: Problems) -> None:
    """Check who takes part in the Situation Room, where it is stored, and the day of the patron."""
    if not settings.organisations:
        problems.add(key_node(node, "organisations"), "nobody takes part in the Situation Room", "add at least one organisation")
    if settings.postgresql is not None and settings.database is not None:
        problems.add(key_node(node, "database"), "situations are in one place", "remove either 'database' or 'postgresql'")
    if settings.patron is not None and not _is_day(settings.patron):
        problems.add(entry(node, "patron"), f"'{settings.patron[:20]}' is not a month and a day", 'write for example "12-26"')


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(f"{_LEAP_YEAR}-{text}")
    except ValueError:
        return False
    return True
