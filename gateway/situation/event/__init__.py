"""What an event is: its content, its place and times, and how it is read from others."""
