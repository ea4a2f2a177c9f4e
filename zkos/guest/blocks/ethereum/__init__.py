"""Ethereum's own block rules: the flow of the Ethereum instance."""
