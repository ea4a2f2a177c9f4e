"""Hashes, curves and big integers."""
