"""The formats that can be imported, by name."""

from collections.abc import Mapping
from types import MappingProxyType

from gateway.situation.imports.datex import read_datex
from gateway.situation.imports.excavation_notices import read_excavation_notices
from gateway.situation.imports.open_data_hub import read_open_data_hub
from gateway.situation.imports.port import ImportReader
from gateway.situation.imports.works_programme import read_works_programme

READERS: Mapping[str, ImportReader] = MappingProxyType(
    {
        "datex": read_datex,
        "open-data-hub": read_open_data_hub,
        "excavation-notices": read_excavation_notices,
        "works-programme": read_works_programme,
    }
)
