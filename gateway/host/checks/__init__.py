"""Checks of what a site file names: files, certificates, folders, host names, ports."""
