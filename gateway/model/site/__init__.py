"""The site file, as types: a module for each section, and the whole of it in `file`."""
