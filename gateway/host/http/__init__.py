"""What an HTTP server accepts: connections, within bounds, and host names."""
