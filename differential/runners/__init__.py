"""Engines behind one `Outcome`."""
