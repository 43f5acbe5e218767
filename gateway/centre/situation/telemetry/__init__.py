"""Follows the alarms of the centre, and makes situations of them."""
