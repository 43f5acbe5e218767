"""The registered boards: rendering and tests go through this list."""

from collections.abc import Callable
from typing import NamedTuple

from dashboards.panels import DashboardJson, Panel, dashboard_json

_PanelsOf = Callable[[], list[Panel]]


class RegisteredBoard(NamedTuple):
    """A dashboard: its id in Grafana, which also names its file, its title, and the function that returns its panels."""

    uid: str
    title: str
    panels: _PanelsOf

    @property
    def file_name(self) -> str:
        """The name of its rendered file."""
        return f"{self.uid}.json"

    def render(self) -> DashboardJson:
        """Return the dashboard's JSON."""
        return dashboard_json(self.uid, self.title, self.panels())


BOARDS: list[RegisteredBoard] = []


def board(uid: str, title: str) -> Callable[[_PanelsOf], _PanelsOf]:
    """Register a function that returns a board's panels, in the order in which they are read."""

    def register(panels: _PanelsOf) -> _PanelsOf:
        if any(one.uid == uid for one in BOARDS):
            raise ValueError(f"two boards have the uid {uid!r}")
        BOARDS.append(RegisteredBoard(uid, title, panels))
        return panels

    return register
