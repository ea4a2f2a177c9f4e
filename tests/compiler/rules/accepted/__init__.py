"""An example a rule allows, each with a `run`."""
