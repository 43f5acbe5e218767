"""Reports of the running gateway: made for the technician's page, and sent to the centre."""
