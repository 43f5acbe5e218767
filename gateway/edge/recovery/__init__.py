"""What a gateway does when it has no connection for long."""
