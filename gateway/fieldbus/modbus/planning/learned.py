"""What a device has shown about itself: addresses that no read may bridge, and points that it refuses. Stored across restarts."""

import msgspec

from gateway.fieldbus.modbus.planning.read_plan import Hole


class Learned(msgspec.Struct, frozen=True):
    """What one device has shown under one profile; `refused` are the points (`name` or `name@channel`) that never had a value."""

    profile: str
    holes: tuple[Hole, ...] = ()
    refused: tuple[str, ...] = ()
