"""What a device has shown of itself: addresses that no read may bridge, and points that it refuses. Kept over restarts."""

import msgspec

from gateway.fieldbus.modbus.planning.read_plan import Hole


class Learned(msgspec.Struct, frozen=True):
    """What one device has shown under one profile. `refused` names points (`name`, or `name@channel`) that never gave a value."""

    profile: str
    holes: tuple[Hole, ...] = ()
    refused: tuple[str, ...] = ()
