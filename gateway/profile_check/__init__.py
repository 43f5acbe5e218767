"""Work on profiles: tests against their worked examples and a live device, the catalogue, the skeleton of a new one."""
