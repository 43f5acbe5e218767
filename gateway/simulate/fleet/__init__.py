"""Thousands of simulated gateways over real MQTT."""
