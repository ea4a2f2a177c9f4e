"""py-evm as ZKsync OS would have it: the declared differences, applied."""
