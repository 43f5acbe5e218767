"""The scan of a line: what is sent, when and to whom, and what is reported."""
