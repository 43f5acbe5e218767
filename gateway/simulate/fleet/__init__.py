"""A fleet of simulated gateways that send to a real centre over real MQTT."""
