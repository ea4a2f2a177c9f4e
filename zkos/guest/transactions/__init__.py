"""Encodings of transactions, their hashes and lists."""
