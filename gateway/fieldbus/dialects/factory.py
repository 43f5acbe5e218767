"""Creates the dialect that a profile names."""

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.dialects.binary_frames import FrameDialect
from gateway.fieldbus.dialects.port import Dialect
from gateway.fieldbus.dialects.text_lines import TextDialect
from gateway.fieldbus.dialects.umb import UmbDialect


def dialect_of(device: BoundDevice) -> Dialect:
    """Return the dialect of a device.

    Raises:
        ValueError: the profile names no dialect.
    """
    profile = device.profile
    if profile.text is not None:
        return TextDialect(device, profile.text)
    if profile.frame is not None:
        return FrameDialect(device, profile.frame)
    if profile.umb is not None:
        return UmbDialect(device, profile.umb)
    raise ValueError(f"profile '{profile.profile}' has no 'text', 'frame' or 'umb' section")
