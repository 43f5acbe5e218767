"""The quality of a value: OPC UA status names and codes (OPC 10000-4 and 10000-8, StatusCode.csv)."""

from enum import IntEnum


class Quality(IntEnum):
    """An OPC UA status code; the two highest bits give its severity (00 good, 01 uncertain, 10 bad)."""

    Good = 0x00000000
    GoodClamped = 0x00300000
    GoodLocalOverride = 0x00960000
    GoodNoData = 0x00A50000
    UncertainNoCommunicationLastUsableValue = 0x408F0000
    UncertainLastUsableValue = 0x40900000
    UncertainSubstituteValue = 0x40910000
    UncertainInitialValue = 0x40920000
    UncertainSensorNotAccurate = 0x40930000
    UncertainEngineeringUnitsExceeded = 0x40940000
    UncertainDataSubNormal = 0x40A40000
    BadCommunicationError = 0x80050000
    BadDecodingError = 0x80070000
    BadTimeout = 0x800A0000
    BadNoCommunication = 0x80310000
    BadWaitingForInitialData = 0x80320000
    BadOutOfRange = 0x803C0000
    BadNotSupported = 0x803D0000
    BadConfigurationError = 0x80890000
    BadNotConnected = 0x808A0000
    BadDeviceFailure = 0x808B0000
    BadSensorFailure = 0x808C0000
    BadOutOfService = 0x808D0000
    BadNoData = 0x809B0000
    BadDataLost = 0x809D0000


def is_bad(code: int) -> bool:
    """Return whether a status code, named above or not, says that the value must not be used."""
    return code >> 30 == 0b10


def name_of(code: int) -> str:
    """Return the OPC UA name of a code, or its hexadecimal form if it is not named above."""
    try:
        return Quality(code).name
    except ValueError:
        return f"0x{code:08X}"
