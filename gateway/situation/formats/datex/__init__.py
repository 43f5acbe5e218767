"""DATEX II (EN 16157): the Italian profile of version 2.3, and version 3.7."""
