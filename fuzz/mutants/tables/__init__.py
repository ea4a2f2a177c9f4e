"""Planted faults, a table a part of the system."""
