"""Where the day happens: streets and places of Prato, roughly as they lie. Pure.

Keys are of the register `other`: those of ANNCSU would claim a precision that a simulation does not have.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

LonLat = tuple[float, float]


class DrawnStreet(NamedTuple):
    """A street, drawn from one end to the other: longitude and latitude in degrees."""

    name: str
    key: str
    line: tuple[LonLat, ...]

    @property
    def ref(self) -> Mapping[str, str]:
        """The street as an event refers to it."""
        return {"name": self.name, "scheme": "other", "key": self.key}

    @property
    def drawn(self) -> Mapping[str, Any]:
        """The street as a GeoJSON geometry."""
        return {"type": "LineString", "coordinates": self.line}

    def part(self, begin: int, end: int) -> Mapping[str, Any]:
        """Return the street between two of its corners as a GeoJSON geometry."""
        return {"type": "LineString", "coordinates": self.line[begin : end + 1]}


VIA_PISTOIESE = DrawnStreet("VIA PISTOIESE", "pistoiese", ((11.0903, 43.8818), (11.0866, 43.8824), (11.0828, 43.8833), (11.0790, 43.8845)))
VIA_SANTA_TRINITA = DrawnStreet("VIA SANTA TRINITA", "santa-trinita", ((11.0957, 43.8797), (11.0951, 43.8783), (11.0944, 43.8768)))
VIALE_GALILEI = DrawnStreet("VIALE GALILEO GALILEI", "galilei", ((11.1010, 43.8840), (11.0999, 43.8868), (11.0987, 43.8899)))
VIA_FIRENZE = DrawnStreet("VIA FIRENZE", "firenze", ((11.1042, 43.8838), (11.1065, 43.8829), (11.1092, 43.8817), (11.1121, 43.8803)))
VIA_FERRUCCI = DrawnStreet("VIA FRANCESCO FERRUCCI", "ferrucci", ((11.1028, 43.8789), (11.1052, 43.8768), (11.1081, 43.8743)))
VIALE_BORGO_VALSUGANA = DrawnStreet("VIALE BORGO VALSUGANA", "valsugana", ((11.1046, 43.8819), (11.1070, 43.8799), (11.1098, 43.8779)))
VIA_DI_BACIACAVALLO = DrawnStreet("VIA DI BACIACAVALLO", "baciacavallo", ((11.0858, 43.8560), (11.0837, 43.8541), (11.0817, 43.8522)))
VIA_DI_GONFIENTI = DrawnStreet("VIA DI GONFIENTI", "gonfienti", ((11.1221, 43.8663), (11.1262, 43.8640), (11.1301, 43.8617)))

STADIUM: LonLat = (11.1037, 43.8861)

BISENZIO = (
    (11.0962, 43.8948),
    (11.1003, 43.8955),
    (11.1022, 43.8875),
    (11.1048, 43.8815),
    (11.1175, 43.8700),
    (11.1142, 43.8682),
    (11.1012, 43.8797),
    (11.0985, 43.8868),
    (11.0962, 43.8948),
)
"""The banks of the Bisenzio from Santa Lucia to Gonfienti, as a ring."""

EVERYWHERE_NEAR_THE_RIVER: Mapping[str, Any] = {"type": "Polygon", "coordinates": (BISENZIO,)}


def point(of: LonLat) -> Mapping[str, Any]:
    """Return a place as a GeoJSON geometry."""
    return {"type": "Point", "coordinates": of}
