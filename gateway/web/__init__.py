"""The web pages: one base with security headers, sessions and event streams, and the operator's page on it."""
