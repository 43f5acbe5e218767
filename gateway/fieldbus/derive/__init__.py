"""What a gateway computes from readings: fields, alarms, energy by the quarter hour."""
