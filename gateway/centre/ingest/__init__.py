"""From MQTT into a store, receipts back."""
