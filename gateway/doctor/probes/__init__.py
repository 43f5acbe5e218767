"""Probes: gather the facts from files of the kernel, sockets, commands and the running gateway. They judge nothing."""
