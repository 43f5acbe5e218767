"""The Situation Room at the centre: the store of situations, and the service that applies their rules."""
