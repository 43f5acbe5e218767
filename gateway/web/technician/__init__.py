"""The technician's page and the local API: what a person at the gateway sees and does. One module for each room of routes."""
