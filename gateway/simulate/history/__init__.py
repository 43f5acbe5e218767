"""The history of a simulated town: weeks of readings with faults in them, written into a real store to try dashboards and queries on."""
