"""A host that lies: what it may change in its answers, and what must come of it."""
