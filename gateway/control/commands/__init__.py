"""Commands of people and rules, and which of them is in effect."""
