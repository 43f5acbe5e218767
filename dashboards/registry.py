"""The registered boards: rendering and tests go through this list."""

from collections.abc import Callable
from typing import NamedTuple

from dashboards.documents import BoardLanguage, DashboardJson, Say, Settings, board_uid, dashboard_json, say_in
from dashboards.panels import Panel

_PanelsOf = Callable[[Say], list[Panel]]
_SettingsOf = Callable[[Say], Settings]


class RegisteredBoard(NamedTuple):
    """A dashboard: its name, which its files and its ids in Grafana have, its titles, and the functions that return its parts."""

    name: str
    english: str
    italian: str
    panels: _PanelsOf
    settings: _SettingsOf

    def title(self, language: BoardLanguage) -> str:
        """Return its title."""
        return say_in(language)(self.english, self.italian)

    def uid(self, language: BoardLanguage) -> str:
        """Return its id in Grafana."""
        return board_uid(self.name, language)

    def file_name(self, language: BoardLanguage) -> str:
        """Return the name of its rendered file, in the folder of its language."""
        return f"{language}/{self.name}.json"

    def render(self, language: BoardLanguage) -> DashboardJson:
        """Return the dashboard's JSON, with links to all others."""
        say = say_in(language)
        others = [(one.name, one.title(language)) for one in BOARDS if one.name != self.name]
        return dashboard_json(self.name, self.title(language), self.panels(say), self.settings(say), language, others)


BOARDS: list[RegisteredBoard] = []


def board(name: str, english: str, italian: str, settings: _SettingsOf) -> Callable[[_PanelsOf], _PanelsOf]:
    """Register a function that returns a board's panels, in the order in which they are read."""

    def register(panels: _PanelsOf) -> _PanelsOf:
        if any(one.name == name for one in BOARDS):
            raise ValueError(f"two boards have the name {name!r}")
        BOARDS.append(RegisteredBoard(name, english, italian, panels, settings))
        return panels

    return register
