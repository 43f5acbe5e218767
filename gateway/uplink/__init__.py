"""The gateway's MQTT: batches out, receipts in, its state retained."""
