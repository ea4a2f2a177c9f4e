"""A run written down: JSON lines, JUnit XML, a page of HTML."""
