"""An example a rule forbids, each with its error in the first line."""
