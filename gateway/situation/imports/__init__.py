"""Documents of others as drafts of situations: everything that is not understood is named, and nothing is guessed. Pure."""
