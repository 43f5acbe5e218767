"""Planning of Modbus reads: the cheapest set, its cost, its compiled form, and what devices have shown that they refuse."""
