"""What photocells and traffic counters say, and whether they can be believed."""
