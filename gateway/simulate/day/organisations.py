"""The organisations of the day: those that signed the protocol of Prato's Situation Room in 2019. Pure."""

from typing import Literal, NamedTuple

Interface = Literal["mqtt", "rest"]
"""How an organisation takes part: messages of the broker, or requests of the API and its stream of changes."""

PERSON = "control-room"
"""Who acts for each organisation."""


class DayOrganisation(NamedTuple):
    """A simulated organisation. `authority` answers what others plan on the road."""

    name: str
    title: str
    interface: Interface
    authority: bool = False


ORGANISATIONS = (
    DayOrganisation("comune", "Comune di Prato", "rest", authority=True),
    DayOrganisation("citelum", "Citelum", "mqtt"),
    DayOrganisation("alia", "Alia Servizi Ambientali", "mqtt"),
    DayOrganisation("consiag", "Consiag", "mqtt"),
    DayOrganisation("estra", "ESTRA", "mqtt"),
    DayOrganisation("publiacqua", "Publiacqua", "mqtt"),
    DayOrganisation("toscana-energia", "Toscana Energia", "rest"),
    DayOrganisation("gida", "GIDA", "rest"),
    DayOrganisation("cap", "Cap", "rest"),
    DayOrganisation("interporto", "Interporto della Toscana Centrale", "mqtt"),
    DayOrganisation("edilizia-pubblica", "Edilizia Pubblica Pratese", "mqtt"),
)
