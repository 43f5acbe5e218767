"""What is found out and decided before an update begins."""
