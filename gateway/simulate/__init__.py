"""A street of simulated devices behind real Modbus and real serial lines, with faults, and the log of what they served."""
