"""How a run of the journal begins, and ends: on a full disk, after a kill."""
