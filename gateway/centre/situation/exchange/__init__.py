"""The exchange of situations over MQTT: what is published to whom, and what organisations request."""
