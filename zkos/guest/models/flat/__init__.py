"""The flat model: leaves sorted by key in a binary tree of BLAKE2s."""
