"""Checks that everything that was read is stored: journal, receipts and store compared with each other."""
