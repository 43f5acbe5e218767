"""What is wrong with this machine and its gateway, and what to do: checks that take seconds and change nothing."""
