"""The role `alarms`: what `gateway.alarms` finds is stored, published, and acted on."""
