"""iCalendar (RFC 5545), for the calendars of people."""
