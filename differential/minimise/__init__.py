"""Makes a case small that shows a difference, and keeps the difference the same."""
