"""Generators and campaigns."""
