"""Changes of a site file: edited in place, shown as differences, tried on the running gateway, confirmed or undone."""
