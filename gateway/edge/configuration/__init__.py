"""Changes of the configuration of a running gateway: by technicians, and by orders of the centre."""
