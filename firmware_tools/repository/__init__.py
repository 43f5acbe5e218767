"""A repository of signed firmware (The Update Framework): how it is made, and how it is read without trusting where it comes from."""
