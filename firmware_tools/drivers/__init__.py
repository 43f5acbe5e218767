"""Drivers that transfer firmware to field devices, each for one public protocol, behind one port."""
