"""Generators for the Ethereum instance: states, transactions, chains of blocks."""
