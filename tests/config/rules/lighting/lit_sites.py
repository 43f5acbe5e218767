"""A site file with lighting, and the problems of those derived from it."""

LIT = """\
site: prato
assets: {pl-1: {}, pl-2: {}, pl-3: {}}
lighting:
  lat: 43.9
  lon: 11.1
  patron: "12-26"
  programs:
    night:
      periods: [{photocell: cell, before_sunset: 30min}]
      levels:
        - {at: "23:00", level: 50}
        - {at: "05:00", level: 100}
      sun_levels: [{event: sunset, level: 80}]
      effects: [{sensor: pir, level: 100}]
  calendars:
    streets:
      rules:
        - {first: "12-31", last: "12-31", program: night}
        - {days: [sat], weeks: [1], program: night}
      default: night
  groups:
    via-roma: {lamps: [pl-1, pl-2], calendar: streets, power: 60}
    piazza:
      lamps: [pl-3]
      power: 60
      adaptive: {counter: loop, design_category: M3, levels: {M3: 90, M4: 60}}
"""
