"""The gateway's MQTT: sends batches, receives receipts, and publishes the gateway's retained state."""
