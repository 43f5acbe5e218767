"""The technician's whole path in a browser, from an empty gateway to values in the store, without a terminal."""
