"""The exchange of situations over MQTT."""
