"""The states of a situation, who may do what with it, and what that changes."""
