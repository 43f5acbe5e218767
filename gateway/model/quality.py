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


MEANINGS = {
    Quality.Good: "the value is valid",
    Quality.GoodClamped: "the value is valid, limited to the range",
    Quality.GoodLocalOverride: "the value is valid, and set on the device itself",
    Quality.GoodNoData: "no value was expected: nothing happened, the device has no power, or its firmware is being updated",
    Quality.UncertainNoCommunicationLastUsableValue: "the last value before communication was lost",
    Quality.UncertainLastUsableValue: "the last usable value",
    Quality.UncertainSubstituteValue: "a substitute for the value",
    Quality.UncertainInitialValue: "a value from before the first measurement",
    Quality.UncertainSensorNotAccurate: "the sensor is inaccurate",
    Quality.UncertainEngineeringUnitsExceeded: "the value is outside the sensor's range",
    Quality.UncertainDataSubNormal: "the value is based on too little data",
    Quality.BadCommunicationError: "the response was damaged",
    Quality.BadDecodingError: "the response can't be decoded",
    Quality.BadTimeout: "the response came too late, or not at all",
    Quality.BadNoCommunication: "the device does not respond",
    Quality.BadWaitingForInitialData: "the device has no value yet",
    Quality.BadOutOfRange: "the value is outside the limits of the profile or site",
    Quality.BadNotSupported: "the device does not have this value",
    Quality.BadConfigurationError: "the device refuses the request: profile or site do not fit it",
    Quality.BadNotConnected: "the port or the sensor is not connected",
    Quality.BadDeviceFailure: "the device reports a failure",
    Quality.BadSensorFailure: "the device reports that the sensor failed",
    Quality.BadOutOfService: "the device reports that the value is out of service",
    Quality.BadNoData: "the value is missing, or can't be computed",
    Quality.BadDataLost: "the value was lost",
}
"""What each quality says of a value."""

MEANINGS_IT = {
    Quality.Good: "il valore è valido",
    Quality.GoodClamped: "il valore è valido, limitato al campo",
    Quality.GoodLocalOverride: "il valore è valido, impostato sul dispositivo stesso",
    Quality.GoodNoData: "nessun valore era previsto: non è successo nulla, il dispositivo non è alimentato o si aggiorna il firmware",
    Quality.UncertainNoCommunicationLastUsableValue: "l'ultimo valore prima della perdita di comunicazione",
    Quality.UncertainLastUsableValue: "l'ultimo valore utilizzabile",
    Quality.UncertainSubstituteValue: "un valore sostitutivo",
    Quality.UncertainInitialValue: "un valore precedente alla prima misura",
    Quality.UncertainSensorNotAccurate: "il sensore è impreciso",
    Quality.UncertainEngineeringUnitsExceeded: "il valore è fuori dal campo del sensore",
    Quality.UncertainDataSubNormal: "il valore si basa su troppi pochi dati",
    Quality.BadCommunicationError: "la risposta era danneggiata",
    Quality.BadDecodingError: "la risposta non è decifrabile",
    Quality.BadTimeout: "la risposta è arrivata troppo tardi, o non è arrivata",
    Quality.BadNoCommunication: "il dispositivo non risponde",
    Quality.BadWaitingForInitialData: "il dispositivo non ha ancora un valore",
    Quality.BadOutOfRange: "il valore è fuori dai limiti del profilo o del sito",
    Quality.BadNotSupported: "il dispositivo non ha questo valore",
    Quality.BadConfigurationError: "il dispositivo rifiuta la richiesta: profilo o sito non gli corrispondono",
    Quality.BadNotConnected: "la porta o il sensore non è collegato",
    Quality.BadDeviceFailure: "il dispositivo segnala un guasto",
    Quality.BadSensorFailure: "il dispositivo segnala che il sensore è guasto",
    Quality.BadOutOfService: "il dispositivo segnala che il valore è fuori servizio",
    Quality.BadNoData: "il valore manca, o non è calcolabile",
    Quality.BadDataLost: "il valore è andato perso",
}
"""The same in Italian."""


def is_bad(code: int) -> bool:
    """Return whether a status code, named above or not, says that the value must not be used."""
    return code >> 30 == 0b10


def name_of(code: int) -> str:
    """Return the OPC UA name of a code, or its hexadecimal form if it is not named above."""
    try:
        return Quality(code).name
    except ValueError:
        return f"0x{code:08X}"
