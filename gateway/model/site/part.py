"""What every mapping of a site file has in common."""

import msgspec


class SitePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Part of a site file; unknown keys are errors."""
