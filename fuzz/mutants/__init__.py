"""Planted faults, to show that the campaign finds what it is for."""
