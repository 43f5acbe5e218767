"""Values that a gateway derives from readings: computed fields, alarms, energy by the quarter hour."""
