"""Ethereum as ZKsync OS would have it: two references, and the rules between."""
