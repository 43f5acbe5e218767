"""Whether everything that was read is stored: the journal, its receipts and the store, compared with each other."""
