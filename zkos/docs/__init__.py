"""The documentation: pages, the specification, and what is made from the source."""
