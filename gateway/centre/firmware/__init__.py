"""Roll-outs of firmware: which are under way, what the centre sees of the devices, and the orders to their gateways."""
