"""What the local API's rooms say and do: one module for each service of the running gateway."""
