"""The room of the local API about the firmware of devices."""
