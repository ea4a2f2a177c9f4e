"""Recursive length prefix: reading and writing (yellow paper, appendix B)."""
