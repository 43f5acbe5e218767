"""The report of an installation: what is there, whether it works, signed by the gateway, as JSON and as a page to print."""
