"""Telemetry gateway for street-level devices: from RS-485 and TCP, over MQTT, into a time-series store."""

__version__ = "0.1.0"
