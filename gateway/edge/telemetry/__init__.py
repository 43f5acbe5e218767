"""What a gateway reports about itself: metrics, health, line quality."""
