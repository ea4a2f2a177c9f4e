"""The world outside of the Ethereum instance: blocks, witnesses, its oracle."""
