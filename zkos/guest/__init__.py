"""ZKsync OS itself, in the guest language: compiled, and run by CPython unchanged."""
