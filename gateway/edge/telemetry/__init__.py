"""A gateway's reports about itself: metrics, health, line quality."""
