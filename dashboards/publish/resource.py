"""What is published in Grafana, piece by piece. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple


class ResourceKind(StrEnum):
    """The kinds of resources, in the order in which Grafana needs them."""

    FOLDER = "folder"
    DATA_SOURCE = "data source"
    CONTACT_POINT = "contact point"
    MUTE_TIMING = "mute timing"
    POLICY = "notification policy"
    DASHBOARD = "dashboard"
    RULES = "alert rules"


class Resource(NamedTuple):
    """One piece: its kind and its name in Grafana, its content as the API takes it, and the secrets that are sent with it.

    Secrets are kept apart: they are in no file, no difference and no record.
    """

    kind: ResourceKind
    uid: str
    title: str
    content: Mapping[str, Any]
    secrets: Mapping[str, str] = MappingProxyType({})

    @property
    def key(self) -> str:
        """Its name among all resources."""
        return f"{self.kind}/{self.uid}"


class FoundResource(NamedTuple):
    """A resource as Grafana has it: its content, a mark that every change of it alters, and who changed it last, if Grafana tells."""

    content: Mapping[str, Any]
    revision: str
    changed_by: str = ""
