"""Who is notified of which alarm, when, and in which words."""
