"""The centre: from MQTT into a store, receipts back, and the city plane for people and utilities."""
