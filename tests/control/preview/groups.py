"""Groups of lamps whose nights are drawn."""

from gateway.control.lamp_power import LampPower
from gateway.control.settings import LampGroup
from tests.control.streets import LAMP, ROAD

STREET = LampGroup(LAMP._replace(name="viale-piave"), ("pl-1", "pl-2", "pl-3"), LampPower(60, 0.5))
ROADSIDE = LampGroup(ROAD._replace(name="via-roma"), ("pl-4",), LampPower(100))
