"""Updates of the gateway's own program: a second virtual environment beside the first, proved while it runs, or left again."""
