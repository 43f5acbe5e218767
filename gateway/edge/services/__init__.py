"""What the local API's rooms report and do: one module for each service of the running gateway."""
