"""From YAML files to the model: every error at once, each with its place and what to write instead."""
