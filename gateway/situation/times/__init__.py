"""Instants, working days, notice and answer periods, and what is due when."""
