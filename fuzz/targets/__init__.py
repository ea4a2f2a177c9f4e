"""Fuzz targets: one property a module."""
