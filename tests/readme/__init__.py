"""The way of the README, walked word for word on a fresh Debian system: `python -m tests.readme`."""
