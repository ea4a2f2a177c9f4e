"""Examples of the language: one folder compiles, the other does not."""
