"""Roadworks: what is dug, by whose order, and what becomes of the surface."""

import msgspec

from gateway.situation.event.datex_names import MaintenanceType
from gateway.situation.event.fields import Amount, Count, Day, Few, Line, Reference, WebAddress
from gateway.situation.event.kinds import (
    CollaborationType,
    ExcavationType,
    OccupiedPart,
    ReinstatementStatus,
    WorksActivity,
    WorksCategory,
)


class Umbrella(msgspec.Struct, frozen=True, omit_defaults=True):
    """The works to which this site belongs: one order, several sites, each with dates and a street of its own."""

    id: Reference
    title: Line | None = None
    sites: Count | None = None


class Ordinance(msgspec.Struct, frozen=True, omit_defaults=True):
    """The order that regulates traffic."""

    number: Line
    date: Day | None = None
    authority: Line | None = None
    url: WebAddress | None = None


class Excavation(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is opened."""

    type: ExcavationType = ExcavationType.EXCAVATION
    length_m: Amount | None = None
    area_m2: Amount | None = None
    depth_m: Amount | None = None


class Reinstatement(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the surface is restored; `resurfaced`: over the whole width, so that it should not be opened again for years."""

    status: ReinstatementStatus
    resurfaced: bool = False
    material: Line | None = None
    done: Day | None = None


class Collaboration(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether others may join, and who does."""

    wanted: bool = False
    type: CollaborationType | None = None
    partners: Few[Reference] = []


class Roadworks(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One site of works."""

    category: WorksCategory = WorksCategory.STANDARD
    activity: WorksActivity | None = None
    maintenance: Few[MaintenanceType] = []
    umbrella: Umbrella | None = None
    ordinance: Ordinance | None = None
    permit: Line | None = None
    contractor: Line | None = None
    occupies: Few[OccupiedPart] = []
    excavation: Excavation | None = None
    reinstatement: Reinstatement | None = None
    no_dig_until: Day | None = None
    collaboration: Collaboration | None = None
