"""Alarms of the centre: conditions of the city, in the words of ISA-18.2, that somebody must know and act on."""
