"""The state in flat memory: guest language, compiled for this machine."""
