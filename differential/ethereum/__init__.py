"""Blocks of the Ethereum instance, on engines and on references."""
