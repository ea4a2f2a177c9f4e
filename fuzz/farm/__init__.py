"""Campaigns over many machines: who runs workers there, and how nothing is lost."""
