"""What to write instead of a unit that is unknown: another spelling of the same unit, or how to convert. Pure."""

from gateway.model.units import KNOWN

SPELLINGS = {
    "kWh": "kW.h", "Wh": "W.h", "MWh": "MW.h", "VA": "V.A", "kVA": "kV.A", "var": "V.A{reactive}", "kvar": "kV.A{reactive}",
    "VAh": "V.A.h", "kVAh": "kV.A.h", "varh": "V.A.h{reactive}", "kvarh": "kV.A.h{reactive}", "Ah": "A.h",
    "degC": "Cel", "°C": "Cel", "C": "Cel", "%RH": "%", "°": "deg", "lux": "lx", "Ω": "Ohm", "dBm": "dB{mW}", "dBA": "dB[SPL]{A}",
    "mph": "[mi_i]/h", "kmh": "km/h", "ft": "[ft_i]", "ppm": "[ppm]", "ppb": "[ppb]", "µg/m³": "ug/m3", "W/m²": "W/m2",
    "mmHg": "mm[Hg]", "mbar": "hPa", "sec": "s",
}  # fmt: skip
"""Common spellings of units, and the UCUM codes of the same units."""

CONVERSIONS = {
    "MW": ("kW", "1000"), "GWh": ("MW.h", "1000"), "MVA": ("kV.A", "1000"), "Mvar": ("kV.A{reactive}", "1000"), "MV": ("kV", "1000"),
    "kA": ("A", "1000"), "uA": ("mA", "0.001"), "uV": ("mV", "0.001"), "kHz": ("Hz", "1000"), "MHz": ("Hz", "1000000"),
    "bar": ("hPa", "1000"), "MPa": ("kPa", "1000"), "km": ("m", "1000"), "um": ("mm", "0.001"), "klx": ("lx", "1000"),
    "kOhm": ("Ohm", "1000"), "kB": ("By", "1000"), "MB": ("By", "1000000"),
}  # fmt: skip
"""Units of other sizes than the known ones: a known unit, and how many of it they are."""


def hint(text: str) -> str:
    """Return what to write instead of an unknown unit; similar spelling alone is no hint, as it may be a unit of another size."""
    if text in CONVERSIONS:
        known, scale = CONVERSIONS[text]
        return f"write '{known}' with 'scale: {scale}' (1 {text} is {scale} {known})"
    # In another case it is the same unit, unless m (milli) and M (mega) are confused.
    same = [known for known in sorted(KNOWN) if known.lower() == text.lower() and known.startswith("M") == text.startswith("M")]
    spelling = SPELLINGS.get(text) or (same[0] if len(same) == 1 else None)
    return f"write '{spelling}'" if spelling else "write one of: " + ", ".join(sorted(KNOWN))
