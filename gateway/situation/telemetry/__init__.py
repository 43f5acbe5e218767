"""Situations that follow from telemetry: which alarms are events, what probably caused them, and which are one event."""
